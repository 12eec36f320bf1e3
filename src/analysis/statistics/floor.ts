// The lower edge of a series that falls back now and then: the minimum of each point and its neighbours.
import type { Point } from './trend.ts';

/** `reach`: how many neighbours to either side. */
export function floorOf(points: readonly Point[], reach = 1): Point[] {
  return points.map(({ atMillis }, i) => ({
    atMillis,
    value: Math.min(...points.slice(Math.max(0, i - reach), i + reach + 1).map(({ value }) => value)),
  }));
}
