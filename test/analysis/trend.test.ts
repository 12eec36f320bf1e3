import { describe, expect, test } from 'vitest';
import {
  judgeTrend,
  type Point,
  quantile,
  type Trend,
  type TrendOptions,
} from '../../src/analysis/statistics/trend.ts';
import {
  constant,
  filling,
  linear,
  noise,
  type Shape,
  sawtooth,
  seededRandom,
  settling,
  step,
  sum,
} from '../support/shapes.ts';

const points = (shape: Shape, count = 30): Point[] =>
  Array.from({ length: count }, (_, t) => ({ atMillis: t * 1_000, value: shape(t) }));
const judge = (shape: Shape, count = 30, options: Partial<TrendOptions> = {}): Trend =>
  judgeTrend(points(shape, count), options);

describe('growing:', () => {
  test.each<[string, Shape]>([
    ['an even rise', linear(200, 5_000)],
    ['a rise under noise a tenth as large', sum(linear(200, 5_000), noise(600))],
    ['a rise that becomes faster', (t) => t * t],
    ['a rise under a small sawtooth', sum(linear(100), sawtooth(4, 300))],
    ['a rise after a warm-up', sum(settling(3, 4_000), linear(300))],
  ])('%s', (_, shape) => {
    expect(judge(shape).verdict).toBe('growing');
  });
});

describe('not growing:', () => {
  test.each<[string, Shape]>([
    ['a constant', constant(5)],
    ['noise', noise(100)],
    ['other noise', noise(100, 77)],
    ['a sawtooth', sawtooth(10, 1_000)],
    ['a sawtooth whose last tooth is nearly full', sawtooth(9.7, 1_000)],
    ['two long teeth', sawtooth(15.5, 1_000)],
    ['a cache that fills in a third of the time', filling(10, 1_000)],
    ['a cache that fills in half of the time', filling(15, 1_000)],
    ['a warm-up that flattens', settling(4, 1_000)],
    ['one step early', step(5, 100)],
    ['one step in the middle', step(15, 100)],
    ['one step late', step(24, 100)],
    ['one step at the very end', step(29, 100)],
    ['a fall', linear(-100, 10_000)],
    ['a rise and a fall', (t) => 15 - Math.abs(t - 15)],
  ])('%s', (_, shape) => {
    expect(judge(shape).verdict).not.toBe('growing');
  });

  test('a rise smaller than what is worth a word', () => {
    expect(judge(linear(1), 30, { leastRise: 100 }).verdict).toBe('flat');
    expect(judge(linear(10), 30, { leastRise: 100 }).verdict).toBe('growing');
  });

  test('noise, in all but a very few of a thousand series', () => {
    const random = seededRandom(42);
    const alarms = Array.from({ length: 1_000 }, () => judge(() => random(), 12)).filter(
      ({ verdict }) => verdict === 'growing',
    );
    expect(alarms.length).toBeLessThanOrEqual(10);
  });
});

describe('too little data:', () => {
  test.each([0, 1, 2, 5])('%i points', (count) => {
    const trend = judge(linear(100), count);
    expect(trend.verdict).toBe('too-little-data');
    expect([trend.slopePerSecond, trend.pValue, trend.lateSlopePerSecond].every(Number.isFinite)).toBe(true);
  });

  test('points of the same moment have no slope and are no growth', () => {
    const same = Array.from({ length: 10 }, (_, i) => ({ atMillis: 1_000, value: i }));
    expect(judgeTrend(same)).toMatchObject({ verdict: 'flat', slopePerSecond: 0 });
  });
});

test('a fall says so', () => {
  expect(judge(linear(-100, 10_000)).verdict).toBe('falling');
});

test('first, last and rising steps describe the series', () => {
  const trend = judgeTrend([3, 5, 4, 4, 9, 12, 11].map((value, i) => ({ atMillis: i * 1_000, value })));
  expect(trend).toMatchObject({ first: 3, last: 11, points: 7, risingSteps: [3, 6] });
});

test('uneven distances in time do not bend the slope', () => {
  const at = [0, 100, 900, 5_000, 5_100, 9_000, 20_000, 30_000];
  const trend = judgeTrend(at.map((atMillis) => ({ atMillis, value: 7 * (atMillis / 1_000) })));
  expect(trend.slopePerSecond).toBeCloseTo(7, 9);
  expect(trend.slopeInterval.map((edge) => Math.round(edge))).toEqual([7, 7]);
});

describe('the statistics', () => {
  test('agree with a brute-force Theil-Sen and Mann-Kendall on many series, ties included', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 60; round++) {
      const count = 6 + Math.floor(random() * 20);
      const values = Array.from({ length: count }, (_, i) => Math.floor(random() * 8 + i * random() * 0.6));
      const trend = judgeTrend(values.map((value, i) => ({ atMillis: i * 2_000, value })));
      const expected = bruteForce(values);
      expect(trend.slopePerSecond).toBeCloseTo(expected.slope / 2, 9);
      expect(trend.pValue).toBeCloseTo(expected.pValue, 5);
    }
  });

  test('agree with the worked example of the textbook: S = 35 of 10 points without ties is p = 0.0024', () => {
    // Var = n(n-1)(2n+5)/18 = 125 for n = 10; Z = (35 - 1) / sqrt(125) = 3.0411; p = 2(1 - Phi(Z)) = 0.00236.
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 10, 9].map((v, i) => (i === 2 ? 4.5 : v));
    const { s } = bruteForce(values);
    const trend = judgeTrend(values.map((value, i) => ({ atMillis: i * 1_000, value })));
    const z = (s - 1) / Math.sqrt(125);
    expect(trend.pValue).toBeCloseTo(2 * (1 - phi(z)), 6);
  });

  test('the interval holds the slope and narrows with more points', () => {
    const wide = judge(sum(linear(100), noise(400)), 10);
    const narrow = judge(sum(linear(100), noise(400)), 60);
    for (const {
      slopeInterval: [low, high],
      slopePerSecond,
    } of [wide, narrow]) {
      expect(low).toBeLessThanOrEqual(slopePerSecond);
      expect(high).toBeGreaterThanOrEqual(slopePerSecond);
    }
    expect(narrow.slopeInterval[1] - narrow.slopeInterval[0]).toBeLessThan(
      wide.slopeInterval[1] - wide.slopeInterval[0],
    );
  });

  test('quantiles lie between their neighbours', () => {
    expect([0, 0.25, 0.5, 1].map((q) => quantile([1, 2, 3, 10], q))).toEqual([1, 1.75, 2.5, 10]);
    expect(quantile([], 0.5)).toBe(0);
  });
});

/** Straight from the definitions, with an error function of another kind (a series) than the one in src. */
function bruteForce(values: number[]): { s: number; slope: number; pValue: number } {
  let s = 0;
  const slopes: number[] = [];
  for (let j = 1; j < values.length; j++) {
    for (let i = 0; i < j; i++) {
      s += Math.sign(values[j]! - values[i]!);
      slopes.push((values[j]! - values[i]!) / (j - i));
    }
  }
  slopes.sort((a, b) => a - b);
  const half = slopes.length / 2;
  const slope = slopes.length % 2 ? slopes[Math.floor(half)]! : (slopes[half - 1]! + slopes[half]!) / 2;
  const n = values.length;
  const groups = [...new Set(values)].map((value) => values.filter((other) => other === value).length);
  const ties = groups.reduce((all, t) => all + t * (t - 1) * (2 * t + 5), 0);
  const variance = (n * (n - 1) * (2 * n + 5) - ties) / 18;
  const z = variance > 0 ? (s - Math.sign(s)) / Math.sqrt(variance) : 0;
  return { s, slope, pValue: variance > 0 ? 2 * (1 - phi(Math.abs(z))) : 1 };
}

/** Phi(z) by its Taylor series (Marsaglia 2004). */
function phi(z: number): number {
  let term = z;
  let total = z;
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) {
    term *= (z * z) / i;
    total += term;
  }
  return 0.5 + total * Math.exp((-z * z) / 2) * 0.3989422804014327;
}
