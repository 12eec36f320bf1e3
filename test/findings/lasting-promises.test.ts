// Promises that stay: what is said of a function that waits for its own next call, and when the promises alone are proof.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  asyncSite,
  buildObservations,
  type Habit,
  heapFloor,
  KB,
  MB,
  sockets,
} from '../support/build-observations.ts';
import { linear, noise, type Shape } from '../support/shapes.ts';

const judged = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits)));
const WAITING = 'poll@/app/src/consumer.js:20 > poll@/app/src/consumer.js:15';
const ELSEWHERE = 'handle@/app/src/orders.js:42';
/** It rises, but not until the end, as far as can be seen: no leak is proved. */
const unproved =
  (bytes: number): Shape =>
  (seconds) =>
    Math.min(seconds, 18) * bytes;

test('promises that settle at the same line hide none that stay', () => {
  const at = 'race@native > untilDrained@/app/src/drain.js:6';
  const settling = asyncSite('PROMISE', `then@native > ${at}`, { perSecond: 100, aliveShare: 0.5 });
  const { findings } = judged(
    heapFloor(linear(200 * KB)),
    settling,
    asyncSite('PROMISE', at, { perSecond: 40 }),
  );
  expect(findings.map(({ title }) => title)).toEqual([
    expect.stringMatching(/^Promises accumulate at 40\/s: .*\(src\/drain\.js:6, untilDrained\)$/),
  ]);
});

describe('a function that waits for its own next call', () => {
  const { findings } = judged(heapFloor(linear(200 * KB)), asyncSite('PROMISE', WAITING, { perSecond: 50 }));

  test('is named with the line that calls it', () => {
    expect(findings[0]).toMatchObject({
      kind: 'promise-leak',
      title:
        'Promises accumulate at 50/s: `poll` calls itself and waits for that call, so that none of its calls ends (src/consumer.js:20, poll)',
      subject: { function: 'poll', file: 'src/consumer.js', line: 20 },
      advice: [expect.stringMatching(/^Use a loop .* where `poll` calls itself: /)],
      caveats: [],
    });
  });

  test('is named where the promise was made after an await of that call', () => {
    const resumed =
      'poll@/app/src/consumer.js:20 > processTicksAndRejections@node:internal/process/task_queues:95 > poll@/app/src/consumer.js:20';
    const [finding] = judged(
      heapFloor(linear(200 * KB)),
      asyncSite('PROMISE', resumed, { perSecond: 50 }),
    ).findings;
    expect(finding).toMatchObject({
      title: expect.stringMatching(/`poll` calls itself and waits for that call/),
      subject: { line: 20 },
    });
  });

  test('is not said of a function that another one calls', () => {
    const twice = 'serve@/app/src/consumer.js:20 > poll@/app/src/consumer.js:15';
    const [finding] = judged(
      heapFloor(linear(200 * KB)),
      asyncSite('PROMISE', twice, { perSecond: 50 }),
    ).findings;
    expect(finding!.title).toMatch(/they never settle/);
  });
});

describe('where the heap rises within its noise', () => {
  const rising = heapFloor(unproved(150 * KB));
  const staying = asyncSite('PROMISE', ELSEWHERE, { perSecond: 50 });

  test('promises of one place that all stay are a finding, which says what it rests on', () => {
    const { findings } = judged(rising, staying);
    expect(findings.map(({ kind }) => kind)).toEqual(['promise-leak']);
    expect(findings[0]).toMatchObject({
      subject: { file: 'src/orders.js', line: 42 },
      severity: 'warning',
      caveats: [expect.stringMatching(/within the noise of the heap/)],
    });
    expect(findings[0]!.impact).not.toHaveProperty('exhaustionSeconds');
  });

  const harmless: [string, Habit[]][] = [
    ['some of them end', [asyncSite('PROMISE', ELSEWHERE, { perSecond: 50, aliveShare: 0.9 })]],
    ['there are few of them', [asyncSite('PROMISE', ELSEWHERE, { perSecond: 2 })]],
    [
      'their line also starts timers of a minute, which they wait for',
      [
        staying,
        asyncSite('Timeout', `${ELSEWHERE} > setTimeout@node:timers/promises:30`, { delayMillis: 60_000 }),
      ],
    ],
    [
      'clients come and stay, each with some of them',
      [staying, sockets({ direction: 'inbound', endpoint: ':8080' }, linear(10))],
    ],
  ];
  test.each(harmless)('they are none where %s', (_why, habits) => {
    expect(judged(rising, ...habits).findings.filter(({ kind }) => kind === 'promise-leak')).toEqual([]);
  });

  test('nor are they where the heap does not rise at all', () => {
    expect(judged(staying)).toMatchObject({ verdict: 'healthy', findings: [] });
    expect(judged(heapFloor(noise(2 * MB, 5)), staying).findings).toEqual([]);
  });
});
