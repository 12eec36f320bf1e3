// How much two sides differ, from a few runs of each: a difference of means with its spread. Runs made side by side are
// compared pair by pair, which cancels the influence that the machine had on both.
import { criticalT, twoSidedP } from '../statistics/distributions.ts';

/** One value of each side from runs side by side; or all values of the two sides when nothing pairs them. */
export type Samples =
  | { paired: true; base: readonly number[]; head: readonly number[] }
  | { paired: false; base: readonly number[]; head: readonly number[] };

/** A difference, head - base, in the unit of the values. */
export interface Estimate {
  base: number;
  head: number;
  difference: number;
  /** Standard error of the difference. Infinite where one run says nothing of the spread. */
  error: number;
  degrees: number;
  runs: number;
}

/** `leastSpread` is what one run differs from the next at least, where the few seen happen to agree (a count). */
export function estimate({ paired, base, head }: Samples, leastSpread = 0): Estimate {
  const [baseMean, headMean] = [mean(base), mean(head)];
  const common = { base: baseMean, head: headMean, difference: headMean - baseMean };
  if (paired) {
    const differences = head.map((value, i) => value - base[i]!);
    const n = differences.length;
    const spread = Math.max(leastSpread, Math.sqrt(variance(differences)));
    return { ...common, error: n < 2 ? Infinity : spread / Math.sqrt(n), degrees: n - 1, runs: n };
  }
  // Welch: the two sides may spread differently.
  const [n, m] = [base.length, head.length];
  const [a, b] = [
    Math.max(leastSpread ** 2, variance(base)) / n,
    Math.max(leastSpread ** 2, variance(head)) / m,
  ];
  const degrees = (a + b) ** 2 / (a ** 2 / (n - 1) + b ** 2 / (m - 1));
  const isKnown = n > 1 && m > 1;
  return {
    ...common,
    error: isKnown ? Math.sqrt(a + b) : Infinity,
    degrees: isKnown && Number.isFinite(degrees) ? degrees : n + m - 2,
    runs: Math.min(n, m),
  };
}

/** How often chance alone gives a difference as large as this. */
export function chanceOf({ difference, error, degrees }: Estimate): number {
  if (!Number.isFinite(error) || degrees < 1) return 1;
  if (error === 0) return difference === 0 ? 1 : 0;
  return twoSidedP(difference / error, degrees);
}

/** The interval that holds the truth with this confidence. */
export function intervalOf(
  { difference, error, degrees }: Estimate,
  confidence: number,
): [low: number, high: number] {
  if (!Number.isFinite(error) || degrees < 1) return [-Infinity, Infinity];
  const reach = criticalT(1 - confidence, degrees) * error;
  return [difference - reach, difference + reach];
}

/**
 * How many runs a side it takes until an interval of this confidence is no wider than `reach` on either side, with the
 * spread seen so far; null where nothing is known of it or no sensible number is enough.
 */
export function runsFor(
  { error, degrees, runs }: Estimate,
  reach: number,
  confidence: number,
): number | null {
  if (!Number.isFinite(error) || degrees < 1 || reach <= 0) return null;
  const spread = error * Math.sqrt(runs);
  // With very many runs t is the normal distribution: fewer are never enough.
  const least = ((criticalT(1 - confidence, 1e6) * spread) / reach) ** 2;
  for (let n = Math.max(3, runs, Math.ceil(least)); n <= MOST_RUNS; n = Math.ceil(n * 1.1)) {
    if ((criticalT(1 - confidence, n - 1) * spread) / Math.sqrt(n) <= reach) return n;
  }
  return null;
}

const MOST_RUNS = 2_000;

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}
