import { describe, expect, test } from 'vitest';
import { changeOf, differenceOf } from '../../src/analysis/interval.ts';
import { countsEnough, shareInterval } from '../../src/analysis/statistics/binomial.ts';
import { randomNumbers } from '../support/random-numbers.ts';

describe('the interval of a share that was counted', () => {
  // Tables of Clopper and Pearson's limits, 95 %.
  test.each([
    [0, 10, 0, 0.3085],
    [1, 10, 0.0025, 0.445],
    [5, 10, 0.1871, 0.8129],
    [10, 10, 0.6915, 1],
    [0, 368, 0, 0.00997],
    [2, 100, 0.0024, 0.0704],
    [500, 1_000, 0.4685, 0.5315],
  ])('of %d of %d is %d to %d', (count, of, low, high) => {
    const interval = shareInterval(count, of, 0.95);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test('holds the true share at least as often as it says, whatever the share', () => {
    for (const [of, share] of [
      [20, 0.01],
      [20, 0.3],
      [150, 0.02],
      [150, 0.5],
    ] as const) {
      let held = 0;
      for (let count = 0; count <= of; count++) {
        const { low, high } = shareInterval(count, of, 0.95);
        if (low <= share && share <= high) held += chanceOf(count, of, share);
      }
      expect(held).toBeGreaterThanOrEqual(0.95);
    }
  });

  test('of what was not counted is the same from the other end', () => {
    for (const [count, of] of [
      [3, 10],
      [1, 368],
      [95_000, 100_000],
    ] as const) {
      const [some, others] = [shareInterval(count, of, 0.9999), shareInterval(of - count, of, 0.9999)];
      expect(some.low).toBeCloseTo(1 - others.high, 12);
      expect(some.high).toBeCloseTo(1 - others.low, 12);
    }
  });

  test('tells how many would be enough, near what the exact interval needs', () => {
    const enough = countsEnough(0, 0.02, 0.95)!;
    expect(enough).toBeGreaterThan(180);
    expect(enough).toBeLessThan(200); // 183 exactly
    expect(shareInterval(0, enough, 0.95).high).toBeLessThan(0.02);
    expect(countsEnough(0.02, 0.02, 0.95)).toBeNull();
  });
});

function chanceOf(count: number, of: number, share: number): number {
  let chance = (1 - share) ** of;
  for (let k = 1; k <= count; k++) chance *= ((of - k + 1) / k) * (share / (1 - share));
  return chance;
}

describe('two numbers measured apart', () => {
  const exact = (point: number) => ({ point, low: point, high: point });

  test('without noise are what they are', () => {
    expect(differenceOf(exact(100), exact(104))).toEqual({ point: 4, low: 4, high: 4 });
    expect(changeOf(exact(100), exact(104))!.low).toBeCloseTo(0.04, 12);
  });

  test('add their noise by squares', () => {
    const difference = differenceOf({ point: 100, low: 97, high: 103 }, { point: 110, low: 106, high: 114 });
    expect(difference).toEqual({ point: 10, low: 5, high: 15 });
  });

  test('have no ratio where the first may be nothing', () => {
    expect(changeOf({ point: 1, low: -1, high: 3 }, exact(5))).toBeNull();
    expect(changeOf(exact(0), exact(5))).toBeNull();
  });

  test('have a ratio whose ends are where the difference to that multiple has its end at 0', () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 500; round++) {
      const from = { point: 100, low: 100 - random(40), high: 100 + random(40) };
      const head = 50 + random(100);
      const to = { point: head, low: head - random(30), high: head + random(30) };
      const change = changeOf(from, to)!;
      expect(change.low).toBeLessThanOrEqual(change.point + 1e-12);
      expect(change.high).toBeGreaterThanOrEqual(change.point - 1e-12);
      expect(differenceOf(times(from, 1 + change.low), to).low).toBeCloseTo(0, 6);
      expect(differenceOf(times(from, 1 + change.high), to).high).toBeCloseTo(0, 6);
    }
  });
});

const times = ({ point, low, high }: { point: number; low: number; high: number }, by: number) => ({
  point: point * by,
  low: low * by,
  high: high * by,
});
