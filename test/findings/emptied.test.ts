// Collections that are emptied at times, but were not while they were watched: batches, not leaks.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, change, collection, type Habit, heapFloor, KB } from '../support/build-observations.ts';
import { linear, type Shape, sawtooth } from '../support/shapes.ts';

const ADD = 'take@/app/src/events.js:19';
const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));

/** As many in each second. */
const requests = (perSecond: Shape): Habit =>
  change(({ runtime }) => {
    for (const sample of runtime)
      if (sample.thread === 0 && !sample.afterGc)
        sample.requests = { answered: Math.round(perSecond(sample.atMillis / 1_000)), failed: 0 };
  });
const steady = requests(() => 150);
/** Found after 15 s. */
const seenFrom = (seconds: number, shape: Shape, at: string | null = ADD): Habit => {
  const add = collection(shape, at, { type: 'Array', className: 'Array', holderName: 'batch' });
  return (observations) => {
    add(observations);
    const added = observations.collections.at(-1)!;
    added.sizes = Array.from({ length: 14 }, (_, i) => ({
      atMillis: (seconds + i) * 1_000,
      entries: Math.floor(shape(seconds + i)),
    }));
  };
};
/** Written out 12 s after the beginning. */
const BATCH: Shape = (t) => 145 * (t - 12);
const LEAK: Shape = (t) => 145 * (t + 5);

describe('a batch that was emptied shortly before it was first seen', () => {
  test('is no leak: by the requests before, it would have held more', () => {
    const { findings, verdictReason } = judged(
      steady,
      seenFrom(16, BATCH),
      heapFloor(sawtooth(20, 400 * KB), ADD),
    );
    expect(findings).toEqual([]);
    expect(verdictReason).toMatch(/Filled and emptied at times, as batches are: Array `batch` \(145\/s\)\./);
  });

  test.each<[string, Habit[]]>([
    ['what held as much as it should', [steady, seenFrom(16, LEAK)]],
    ['what was found too early to know', [steady, seenFrom(4, (t) => 145 * (t - 3))]],
    [
      'what grows with requests that came of late',
      [requests((t) => (t < 12 ? 5 : 150)), seenFrom(16, BATCH)],
    ],
    ['what grows where requests are not counted', [seenFrom(16, BATCH)]],
    ['what grows much slower than requests come', [requests(() => 2_000), seenFrom(16, BATCH)]],
  ])('is not %s', (_, habits) => {
    const { findings } = judged(...habits, heapFloor(linear(60 * KB), ADD));
    expect(findings.map(({ kind }) => kind)).toEqual(['heap-leak']);
    expect(findings[0]!.title).toMatch(/^Array `batch` grows by 145 entries\/s/);
  });
});
