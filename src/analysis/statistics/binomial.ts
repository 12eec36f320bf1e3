// How sure a share is that was counted: exact intervals for "k of n", and how many would have to be counted.
import type { Interval } from '../interval.ts';
import { incompleteBeta, normalQuantile } from './distributions.ts';

/**
 * The interval of Clopper and Pearson (1934), by quantiles of the beta distribution: never narrower than it claims, however small the counts. `confidence` is
 * two-sided, 0..1.
 */
export function shareInterval(count: number, of: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return {
    point: of === 0 ? 0 : count / of,
    low: count === 0 ? 0 : solveRising((share) => incompleteBeta(share, count, of - count + 1) - tail),
    high: count >= of ? 1 : solveRising((share) => incompleteBeta(share, count + 1, of - count) - (1 - tail)),
  };
}

/**
 * How many have to be counted until a share like the one seen is told from `limit`; null where no number up to 100,000
 * would do. Starts from the score test of Wilson (1927) turned around, which is near and a little too few.
 */
export function countsEnough(share: number, limit: number, confidence: number): number | null {
  const z = normalQuantile((1 - confidence) / 2);
  let enough = Math.ceil((z * z * limit * (1 - limit)) / (share - limit) ** 2) + 1;
  while (enough <= 1e5) {
    const { low, high } = shareInterval(countLike(share, limit, enough), enough, confidence);
    if (low > limit || high < limit) return enough;
    enough = Math.ceil(enough * 1.05);
  }
  return null;
}

/** The share as a whole number of `of`, to the side of the limit. */
function countLike(share: number, limit: number, of: number): number {
  return share > limit ? Math.floor(share * of) : Math.ceil(share * of);
}

/** Where a function that rises over 0..1 meets 0, by halving. */
function solveRising(f: (x: number) => number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
