// How sure a share is that was counted: exact intervals for "k of n", and how many would have to be counted.
import type { Interval } from '../interval.ts';

/**
 * The interval of Clopper and Pearson (1934): never narrower than it claims, however small the counts. `confidence` is
 * two-sided, 0..1.
 */
export function shareInterval(count: number, of: number, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return {
    point: of === 0 ? 0 : count / of,
    low: count === 0 ? 0 : solveRising((share) => 1 - atMost(count - 1, of, share) - tail),
    high: count >= of ? 1 : solveRising((share) => tail - atMost(count, of, share)),
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

/** Chance of `count` or fewer of `of`, by adding up the terms; in logarithms, since single terms can be tiny. */
function atMost(count: number, of: number, share: number): number {
  if (share <= 0) return 1;
  if (share >= 1) return count >= of ? 1 : 0;
  const odds = Math.log(share) - Math.log1p(-share);
  let logTerm = of * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= count; k++) {
    logTerm += Math.log((of - k + 1) / k) + odds;
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
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

/** How many standard deviations leave `tail` above; Abramowitz and Stegun 26.2.23, right to 0.0005. */
function normalQuantile(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(tail));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below;
}
