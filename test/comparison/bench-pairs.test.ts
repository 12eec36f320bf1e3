// How many pairs of runs `culprit bench` takes within its budget, and what its verdict is when time runs out before it is sure.
import { describe, expect, test } from 'vitest';
import { createPairs } from '../../src/comparison/bench-pairs.ts';
import type { Run } from '../../src/model/comparison/run.ts';
import { frameOf, runOf } from '../support/build-runs.ts';

const SIDE = { label: 'side', commit: null, notes: [] };
const FRAME = frameOf('rank');

/** Costs of base and head, by pair, repeated; `secondsOf` is what a pair takes, whole run and profiles together. */
function pairsOf(
  costs: readonly [base: number, head: number][],
  {
    budgetSeconds,
    secondsOf,
    pairs,
  }: { budgetSeconds: number; secondsOf: (both: number) => number; pairs?: number },
) {
  let now = 0;
  const taken = { whole: 0, parts: 0 };
  const run = (cost: number, pair: number): Run => runOf([[FRAME, cost]], { pair, label: `run ${pair}` });
  const made = createPairs(
    { base: SIDE, head: SIDE },
    {
      budgetMillis: budgetSeconds * 1_000,
      pairs,
      smallest: 0.02,
      now: () => now,
      async measure(pair, mode) {
        const both = mode === 'whole' ? taken.whole : taken.parts;
        now += (secondsOf(both) * 1_000) / 2;
        taken[mode]++;
        const [base, head] = costs[both % costs.length]!;
        return { base: run(base, pair), head: run(head, pair) };
      },
    },
  );
  return { untilSure: made.untilSure, taken };
}

/** A tenth slower, with a spread of three hundredths. */
const SLOWER: [number, number][] = [
  [100, 109],
  [101, 112],
  [99, 110],
  [100, 108],
];
const SAME: [number, number][] = [
  [100, 101],
  [101, 100],
  [99, 99],
  [100, 100],
];

describe('within a budget', () => {
  test('a first pair that is slower than the others costs none of them', async () => {
    const slowFirst = (both: number) => (both === 0 ? 25 : 12);
    const { untilSure, taken } = pairsOf(SAME, { budgetSeconds: 100, secondsOf: slowFirst });
    await untilSure();
    // 100 s are four pairs of 25 s.
    expect(taken).toEqual({ whole: 4, parts: 4 });
  });

  test('a pair that is nearly paid for is taken', async () => {
    const { untilSure, taken } = pairsOf(SLOWER, { budgetSeconds: 80, secondsOf: () => 20.5 });
    expect((await untilSure()).comparison.verdict).toBe('different');
    expect(taken.whole).toBe(4);
  });

  test('pairs that become slower end the comparison, with the whole chance of an error for the last capture', async () => {
    const slowAfter = (both: number) => (both < 2 ? 5 : 300);
    const { untilSure, taken } = pairsOf(SLOWER, { budgetSeconds: 200, secondsOf: slowAfter });
    const { comparison } = await untilSure();
    expect([comparison.verdict, taken.whole]).toEqual(['different', 3]);
  });

  test('what is the same is never called different', async () => {
    for (const seconds of [5, 20, 90]) {
      const { untilSure } = pairsOf(SAME, { budgetSeconds: 300, secondsOf: () => seconds });
      expect((await untilSure()).comparison.verdict).not.toBe('different');
    }
  });
});

test('a number of pairs is kept to, whatever the time', async () => {
  const { untilSure, taken } = pairsOf(SLOWER, { budgetSeconds: 20, secondsOf: () => 60, pairs: 8 });
  expect((await untilSure()).comparison.verdict).toBe('different');
  expect(taken).toEqual({ whole: 8, parts: 4 });
});
