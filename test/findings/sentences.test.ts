// The sentences of a finding agree with each other: titles with evidence, advice with what can be done, impact with its metric.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judgeTrend } from '../../src/analysis/statistics/trend.ts';
import { neverEnded } from '../../src/findings/creation-site.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { risen } from '../../src/findings/wording.ts';
import type { Finding, Impact } from '../../src/model/finding.ts';
import { describeCost, describeSubject } from '../../src/report/text/impact-text.ts';
import {
  asyncSite,
  buildObservations,
  change,
  collection,
  fds,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { linear, sawtooth, sum } from '../support/shapes.ts';

const PLACE = 'emit@node:events:500 > handle@/app/src/orders.js:42';
const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const first = (...habits: Habit[]): Finding => findingsOf(...habits)[0]!;
const on = (nodeVersion: string) =>
  change((observations) => {
    observations.target.nodeVersion = nodeVersion;
  });

describe('what accumulates is said to be closed as often as it is:', () => {
  const files = (perSecond: number, aliveShare: number) => [
    fds('file', '/tmp/uploads-#/#', linear(3)),
    asyncSite('FILEHANDLE', PLACE, { perSecond, aliveShare }),
  ];

  test('never, where all of them stay', () => {
    expect(first(...files(3, 1)).title).toBe(
      'Open files /tmp/uploads-#/# accumulate at 3/s and are never closed (src/orders.js:42, handle)',
    );
  });

  test('not always, where a part of them stays', () => {
    const { title, evidence } = first(...files(9, 1 / 3));
    expect(title).toMatch(/ accumulate at 3\/s and some of them are never closed \(/);
    expect(evidence.at(-1)!.statement).toMatch(
      /^src\/orders\.js:42, handle creates file handles at 9\/s; 33% of those older than 5 s still exist, about \d+ of those made during the capture$/,
    );
  });

  test('never, where nothing is known of it', () => {
    expect(neverEnded('closed', null)).toBe('and are never closed');
    expect(neverEnded('closed', { survival: null })).toBe('and are never closed');
  });
});

describe('the pace at the end', () => {
  test('is told of what only grows', () => {
    const leak = first(heapFloor(linear(200 * KB), PLACE), collection(linear(20), `${PLACE} > set`));
    expect(leak.innocentExplanation).toMatch(
      /it is still filling\. It grew at \d+% of its mean pace in the last part of the capture\.$/,
    );
  });

  test('is not told of what is emptied in part, whose low points stand in steps', () => {
    const leak = first(
      heapFloor(linear(100 * KB), PLACE),
      collection(sum(linear(20), sawtooth(4, 400)), `${PLACE} > set`),
    );
    expect(leak.innocentExplanation).toMatch(
      /it is still filling\. What is left after each removal rose until the end of the capture\.$/,
    );
  });
});

test('two readings are no intervals', () => {
  const trend = (...values: number[]) =>
    judgeTrend(
      values.map((value, i) => ({ atMillis: i * 1_000, value })),
      { leastPoints: 2, leastRise: 1 },
    );
  expect(risen(trend(1, 2))).toBe('rose from the first reading to the second');
  expect(risen(trend(2, 1))).toBe('rose in 0 of 1 intervals');
  expect(risen(trend(1, 2, 3))).toBe('rose in 2 of 2 intervals');
});

describe('advice on new connections', () => {
  const churn = asyncSite(
    'TCPWRAP',
    `${PLACE} > request@/app/node_modules/fetcher/index.js:9 > connect@node:net:1`,
    {
      perSecond: 60,
      aliveShare: 0.001,
    },
  );

  test('says why keep-alive is off where Node.js has it on', () => {
    expect(first(churn, on('v24.1.0')).advice).toEqual([
      'Pass fetcher an Agent with keepAlive: true, or look for a newer version of it. The default Agent of Node.js 24 keeps connections alive, so the client sends "Connection: close" or uses an Agent of its own, or the server closes first: fetch and undici do not reuse a connection whose answer says "Keep-Alive: timeout" of 2 s or less (undici 5: 1 s).',
    ]);
  });

  test('asks for keep-alive where Node.js has it off', () => {
    expect(first(churn, on('v18.20.0')).advice).toEqual([
      'Pass fetcher an Agent with keepAlive: true, which is the default only from Node.js 19 on.',
    ]);
  });
});

test('of a timer that a package starts, the object of the package is what to let go', () => {
  const [leak] = findingsOf(
    asyncSite(
      'Timeout',
      `${PLACE} > Breaker@/app/node_modules/breaker/index.js:9 > setInterval@node:timers:200`,
      {
        isRepeating: true,
        delayMillis: 60_000,
      },
    ),
  );
  expect(leak!.title).toMatch(/: setInterval \(every 60 s\) is started and never cleared \(/);
  expect(leak!.advice[0]).toMatch(/^breaker starts the timer: create its object once/);
});

describe('impact', () => {
  const cost = (impact: Impact) => describeCost({ impact });

  test.each<[Impact, string]>([
    [
      { metric: 'event-loop', value: 137, unit: 'ms', share: 0.11 },
      'event loop blocked for up to 137 ms, 11% of the time',
    ],
    [
      { metric: 'event-loop', value: 0.56, unit: 'share', share: 0.56 },
      'event loop blocked for 56% of the time',
    ],
    [{ metric: 'cpu', value: 0.22, unit: 'share', share: 0.85 }, '22% of a core'],
    [{ metric: 'gc', value: 0.3, unit: 'share' }, '30% of the time in garbage collection'],
    [
      { metric: 'fds', value: 900, unit: 'count', share: 0.9, limit: '1,000 file descriptors (soft limit)' },
      'file descriptors 900, 90% of the limit; 1,000 file descriptors (soft limit)',
    ],
    [
      {
        metric: 'heap',
        value: 100 * KB,
        unit: 'bytes/s',
        share: 0.9,
        limit: 'heap limit 1 GB',
        exhaustionSeconds: 600,
      },
      'heap +100 KB/s; heap limit 1 GB reached in about 10 min',
    ],
  ])('%j', (impact, words) => {
    expect(cost(impact)).toBe(words);
  });
});

test('a place in a function without a name is told without one', () => {
  const subject = {
    type: 'function',
    name: '(anonymous)',
    function: '(anonymous)',
    file: 'src/a.js',
    line: 3,
    column: 7,
    package: null,
    thread: 0,
  } as const;
  expect(describeSubject(subject)).toBe('src/a.js:3:7');
});
