// What counts as growth here: all rounds do the same, so a leak grows in each of them. Pure; time plays no part (over time,
// analysis/statistics/trend.ts is the judge).
import { median } from '../../analysis/statistics/median.ts';

/** More in each step than in the one before, by more than `least` each time. `counts` has at least three steps. */
export function grewEachTime(counts: readonly number[], least = 0): boolean {
  return counts.length >= 4 && counts.every((count, i) => i === 0 || count - counts[i - 1]! > least);
}

/** The usual step: a round that did more than the others does not count for more. */
export function medianStep(counts: readonly number[]): number {
  return median(counts.slice(1).map((count, i) => count - counts[i]!)) ?? 0;
}

/**
 * Whether it went on while many more rounds were run: a cache that has a limit stops, a pool that has been filled stays.
 * `rounds` were run between the two counts; `part` is of the pace before.
 */
export function wentOn(
  before: number,
  after: number,
  perRound: number,
  rounds: number,
  part = STILL_GROWING,
): boolean {
  return after - before >= perRound * rounds * part;
}

const STILL_GROWING = 0.5;
