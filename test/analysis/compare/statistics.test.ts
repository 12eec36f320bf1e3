// The statistics of a comparison: Student's t against printed tables, intervals that hold as often as they say, and looks
// that together keep to the chance of a false alarm.
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/analysis/compare/decide.ts';
import { chanceOf, estimate, intervalOf, runsFor } from '../../../src/analysis/compare/estimate.ts';
import { lookShare, plannedLooks } from '../../../src/analysis/compare/looks.ts';
import { criticalT, twoSidedP } from '../../../src/analysis/statistics/distributions.ts';
import { seededRandom } from '../../support/shapes.ts';

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe("Student's t", () => {
  // Printed tables, two-sided.
  test.each([
    [0.05, 1, 12.706],
    [0.05, 5, 2.571],
    [0.01, 5, 4.032],
    [0.01, 10, 3.169],
    [0.001, 10, 4.587],
    [0.05, 30, 2.042],
    [0.01, 120, 2.617],
    [0.0001, 4, 15.544],
  ])('is exceeded with chance %f at %i degrees beyond %f', (p, degrees, t) => {
    expect(criticalT(p, degrees)).toBeCloseTo(t, 2);
    expect(twoSidedP(t, degrees)).toBeCloseTo(p, 4);
  });

  test('gives no certainty from one run', () => {
    expect(criticalT(0.05, 0)).toBe(Infinity);
    expect(twoSidedP(3, 0)).toBe(1);
  });
});

describe('an estimate', () => {
  test('of pairs takes away what both sides felt', () => {
    const base = [100, 130, 90, 160, 110];
    const paired = estimate({ paired: true, base, head: base.map((value) => value + 5) });
    const apart = estimate({ paired: false, base, head: base.map((value) => value + 5) });
    expect(paired).toMatchObject({ base: 118, head: 123, difference: 5, error: 0, degrees: 4, runs: 5 });
    expect(chanceOf(paired)).toBe(0);
    expect(chanceOf(apart)).toBeGreaterThan(0.5);
  });

  test('of one run a side bounds nothing', () => {
    const one = estimate({ paired: false, base: [100], head: [200] });
    expect(chanceOf(one)).toBe(1);
    expect(intervalOf(one, 0.95)).toEqual([-Infinity, Infinity]);
    expect(decide(one, { alpha: 0.01, smallest: 2 })).toEqual({ verdict: 'unsure', runsNeeded: null });
  });

  test('of counts that happen to agree keeps the spread that counts have', () => {
    const equal = estimate({ paired: true, base: [3, 3, 3], head: [3, 3, 3] }, 0.3);
    expect(equal.error).toBeCloseTo(0.3 / Math.sqrt(3));
    expect(intervalOf(equal, 0.99)[1]).toBeGreaterThan(1);
  });

  test('has intervals that hold the truth as often as they say', () => {
    const random = seededRandom(7);
    let held = 0;
    for (let trial = 0; trial < 2_000; trial++) {
      const base = Array.from({ length: 6 }, () => 100 + 2 * normal(random));
      const head = base.map((value) => value + 5 + 2 * normal(random));
      const [low, high] = intervalOf(estimate({ paired: true, base, head }), 0.95);
      if (low <= 5 && high >= 5) held++;
    }
    expect(held / 2_000).toBeGreaterThan(0.935);
    expect(held / 2_000).toBeLessThan(0.965);
  });

  test('says how many runs would do, and they do', () => {
    const random = seededRandom(3);
    const some = (n: number) => {
      const base = Array.from({ length: n }, () => 100);
      return estimate({ paired: true, base, head: base.map((value) => value + 4 * normal(random)) });
    };
    const needed = runsFor(some(8), 1, 0.95)!;
    const [low, high] = intervalOf(some(Math.ceil(needed * 1.6)), 0.95);
    expect((high - low) / 2).toBeLessThan(1.3);
  });
});

describe('a decision', () => {
  const of = (difference: number, error: number) => ({
    base: 100,
    head: 100 + difference,
    difference,
    error,
    degrees: 11,
    runs: 12,
  });

  test.each([
    [5, 0.5, 'different'],
    [0.1, 0.3, 'same'],
    [1.2, 1.2, 'unsure'],
    // Certain, and smaller than anybody asked for.
    [0.4, 0.01, 'same'],
  ])('on %f with an error of %f is %s', (difference, error, verdict) => {
    expect(decide(of(difference, error), { alpha: 0.004, smallest: 2 }).verdict).toBe(verdict);
  });
});

describe('looks while runs come in', () => {
  test('are further apart the more there are, and end with the last', () => {
    expect(plannedLooks(20)).toEqual([4, 6, 8, 11, 15, 20]);
    expect(plannedLooks(3)).toEqual([3]);
    expect(plannedLooks(1)).toEqual([]);
  });

  test('use up the chance of a false alarm between them, and no more', () => {
    const looks = plannedLooks(30);
    const shares = looks.map((n, i) => lookShare(n, looks[i - 1] ?? 0, 30));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });

  test('call two equal sides different no more often than they may', () => {
    const random = seededRandom(11);
    const looks = plannedLooks(20);
    let alarms = 0;
    const TRIALS = 1_500;
    for (let trial = 0; trial < TRIALS; trial++) {
      const differences = Array.from({ length: 20 }, () => 2 * normal(random));
      const isAlarm = looks.some((n, i) => {
        const base = differences.slice(0, n).map(() => 100);
        const head = differences.slice(0, n).map((value) => 100 + value);
        const alpha = 0.05 * lookShare(n, looks[i - 1] ?? 0, 20);
        return decide(estimate({ paired: true, base, head }), { alpha, smallest: 0 }).verdict === 'different';
      });
      if (isAlarm) alarms++;
    }
    expect(alarms / TRIALS).toBeLessThan(0.065);
  });
});
