// Single timers of minutes that keep what they close over: a leak where the heap rises with them, and else nobody's business.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { AsyncSite } from '../../src/model/async-resource.ts';
import {
  asyncSite,
  buildObservations,
  collection,
  compiling,
  type Habit,
  heapFloor,
  KB,
  MB,
  timers,
} from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const CACHE =
  'loaderFor@/app/src/basket.js:9 > Cache@/app/node_modules/cache/index.js:354 > setTimeout@node:timers:140';
const timersOf = (perSecond: number, more: Partial<AsyncSite> & { aliveShare?: number } = {}): Habit =>
  asyncSite('Timeout', CACHE, { perSecond, isRepeating: false, delayMillis: 600_000, ...more });
const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const RISING = heapFloor(linear(180 * KB));

describe('intervals of which more and more remain', () => {
  const made = (more: Partial<AsyncSite> = {}) =>
    timersOf(60, { isRepeating: true, delayMillis: 10_000, aliveShare: 0.8, ...more });
  const kinds = (...habits: Habit[]) => findingsOf(...habits).map(({ kind }) => kind);

  test('replace those of clients that left while Node’s count of timers stays as it is', () => {
    expect(
      kinds(
        made({ isReferenced: true }),
        timers(() => 3_000),
      ),
    ).toEqual([]);
    expect(
      kinds(
        made({ isReferenced: true }),
        timers((s) => 3_000 + (Math.floor(s) % 3) * 10),
      ),
    ).toEqual([]);
  });

  test.each<[string, Habit[]]>([
    ['Node counts more and more of them', [made({ isReferenced: true }), timers((s) => s * 48)]],
    ['Node does not count them', [made({ isReferenced: false }), timers(() => 3_000)]],
    ['nobody knows whether Node counts them', [made(), timers(() => 3_000)]],
  ])('accumulate where %s', (_, habits) => {
    expect(kinds(...habits)).toEqual(['timer-leak']);
  });
});

test('timers of ten minutes that the heap rises with are named, with what they come to', () => {
  const [finding, ...others] = findingsOf(RISING, timersOf(60));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: 'timer-leak',
    severity: 'warning',
    title: expect.stringMatching(
      /^Timers accumulate at 60\/s: setTimeout \(10 min\) is started and never cleared \(src\/basket\.js:9, loaderFor, through /,
    ),
    subject: { file: 'src/basket.js', line: 9 },
    caveats: [
      expect.stringMatching(
        /^If their callbacks do not set them again, their number stops rising 10 min after the first: about 36,000 are waiting then, and keep about 10\d MB\.$/,
      ),
    ],
  });
  expect(finding!.evidence.map(({ source }) => source)).toEqual(['async-resources', 'gc']);
});

test('their time may be one that the program passes; an interval of a package is its own', () => {
  const [long] = findingsOf(RISING, timersOf(60));
  expect(long!.advice).toEqual([
    expect.stringMatching(
      /^cache starts the timer: .* If 10 min is a time that src\/basket\.js:9, loaderFor passes /,
    ),
  ]);
  const [interval] = findingsOf(timersOf(60, { isRepeating: true, delayMillis: 1_000 }));
  expect(interval!.advice).toEqual([
    expect.stringMatching(/^cache starts the timer: .* no longer needed\.$/),
  ]);
});

const harmless: [string, Habit[]][] = [
  ['the heap does not rise', [timersOf(60)]],
  ['some are cleared', [RISING, timersOf(60, { aliveShare: 0.8 })]],
  ['they are few', [RISING, timersOf(1)]],
  ['they end within a minute', [RISING, timersOf(60, { delayMillis: 30_000 })]],
  [
    'a collection takes as many entries, which they let expire',
    [RISING, collection(linear(60), null), timersOf(60)],
  ],
  [
    'a collection is seen being filled',
    [RISING, collection(linear(400), 'keep@/app/src/keep.js:3'), timersOf(60)],
  ],
];
test.each(harmless)('they are none where %s', (_why, habits) => {
  expect(findingsOf(...habits).filter(({ kind }) => kind === 'timer-leak')).toEqual([]);
});

const PAGES = asyncSite(
  'Timeout',
  'render@/app/src/widgets.js:20 > Page@/app/node_modules/pages/index.js:9 > setInterval@/app/node_modules/pages/window.js:512 > setTimeout@node:timers:140',
  { perSecond: 3, isRepeating: false, delayMillis: 60_000 },
);

test('what a package compiles for each of the things that they keep is no cause beside them', () => {
  const compiled = compiling('install@/app/node_modules/errors/utils.js:54', 7);
  const rising = heapFloor(linear(1.2 * MB));
  expect(findingsOf(rising, PAGES, compiled).map(({ kind }) => kind)).toEqual(['timer-leak']);
  expect(findingsOf(rising, compiled).map(({ kind }) => kind)).toEqual(['code-growth']);
});
