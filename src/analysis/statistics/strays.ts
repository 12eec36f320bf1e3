// Single readings far above their neighbours: a heap that was read while it still held garbage. A rise that lasts has no
// such neighbours, and what falls back again and again scatters more than they do.
import type { Point } from './trend.ts';
import { quantile } from './trend.ts';

/** To either side. */
const NEIGHBOURS = 2;
/** Distances from the median, in units of the median distance: Hampel's identifier, scaled as a standard deviation. */
const FAR = 3 * 1.4826;
/** What is no further above its neighbours is no stray, however still they are. */
const LEAST_SHARE = 0.25;

/** All points but the strays, in their order. */
export function withoutStrays(points: readonly Point[]): readonly Point[] {
  return points.filter(({ value }, i) => {
    const around = points.slice(Math.max(0, i - NEIGHBOURS), i + NEIGHBOURS + 1).map((point) => point.value);
    const center = medianOf(around);
    const spread = medianOf(around.map((other) => Math.abs(other - center)));
    return value <= center + Math.max(FAR * spread, center * LEAST_SHARE);
  });
}

function medianOf(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
