// The lower edge of a series that falls back now and then: of each point and its two neighbours the least.
import type { Point } from './trend.ts';

export function floorOf(points: readonly Point[]): Point[] {
  return points.map(({ atMillis }, i) => ({
    atMillis,
    value: Math.min(...points.slice(Math.max(0, i - 1), i + 2).map(({ value }) => value)),
  }));
}
