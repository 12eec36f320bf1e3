// Which garbage collections show what a heap holds. V8 collects whenever it has to, even in the middle of a burst of work:
// then objects that the burst still holds, and objects that died while V8 was marking, count as in use. Such a peak says
// nothing about growth.

/** A peak of so many collections in a row is taken for a burst. */
const WIDEST_PEAK = 2;
/** Less above its surroundings is noise, which the statistics can carry. */
const LEAST_PEAK_BYTES = 512 * 1024;
const LEAST_PEAK_SHARE = 0.05;
/** What comes after the last collections is not known: they are peaks only where they tower above all that came before. */
const TOWERING = 2;

/**
 * The points of a series that are no peaks, in order. `bytesOf` gives what was in use after a collection; a series of fewer
 * than five is returned as it is. A point lies on a peak where each run of three that contains it dips below it (an opening,
 * Serra 1982): a rise that lasts is kept point for point.
 */
export function withoutPeaks<T>(points: readonly T[], bytesOf: (point: T) => number): T[] {
  const width = WIDEST_PEAK + 1;
  if (points.length < width + 2) return [...points];
  const values = points.map(bytesOf);
  const dips = values.slice(0, 1 - width).map((_, i) => Math.min(...values.slice(i, i + width)));
  const rises = values.map((value, i) => {
    const ground = Math.max(...dips.slice(Math.max(0, i - WIDEST_PEAK), i + 1));
    const rise = value - ground;
    return rise > Math.max(LEAST_PEAK_BYTES, ground * LEAST_PEAK_SHARE) ? rise : 0;
  });
  const firstLate = points.length - WIDEST_PEAK;
  const early = values.filter((_, i) => i < firstLate && rises[i] === 0);
  const earlyRange = Math.max(...early) - Math.min(...early);
  return points.filter((_, i) => rises[i]! <= (i < firstLate ? 0 : earlyRange * TOWERING));
}
