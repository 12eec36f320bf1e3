// How late the event loop is, between one sample and the next.
import type { ProbeCore } from '../core.ts';
import type { ProbeSample } from '../probe-protocol.ts';

type Delays = ProbeSample['eventLoopDelayMillis'];
type Histogram = import('node:perf_hooks').IntervalHistogram;

const RESOLUTION_MILLIS = 10;
const LEAST_SECONDS = 0.3;

/** The function is called with the time since it was last called; undefined when the loop has not turned since. */
export function createLoopDelays({ load, cleanups }: ProbeCore): (seconds: number) => Delays {
  const perf: typeof import('node:perf_hooks') = load('perf_hooks');
  // A histogram that was reset leaves out the first firing of its timer: the very block in whose middle a sample was
  // taken. Two of them, reset in turn, see that firing as well.
  const histograms = [0, 1].map(() => perf.monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS }));
  for (const histogram of histograms) histogram.enable();
  cleanups.push(() => {
    for (const histogram of histograms) histogram.disable();
  });
  let isSecond = 0;
  let lastMax = 0;
  return (seconds) => {
    const fresh = histograms[isSecond]!;
    const older = histograms[1 - isSecond]!;
    const missed = maxOf(older) > Math.max(lastMax, maxOf(fresh)) ? maxOf(older) : 0;
    const result = delaysOf(fresh, missed);
    // Two samples right after each other may fall into one block: the histograms go on.
    if (seconds < LEAST_SECONDS) return result;
    lastMax = result?.max ?? 0;
    older.reset();
    isSecond = 1 - isSecond;
    return result;
  };
}

function delaysOf(histogram: Histogram, missed: number): Delays {
  if (isFilled(histogram))
    return {
      mean: millisOf(histogram.mean),
      p50: millisOf(histogram.percentile(50)),
      p99: Math.max(missed, millisOf(histogram.percentile(99))),
      max: Math.max(missed, maxOf(histogram)),
    };
  return missed > 0 ? { mean: missed, p50: missed, p99: missed, max: missed } : undefined;
}

/** Until the timer behind it has fired, the histogram holds no value and its minimum is a huge number. */
function isFilled(histogram: Histogram): boolean {
  return histogram.max > 0 && histogram.min < 1e15;
}

/** The histogram holds the distance of two firings of its timer: the delay is what exceeds the resolution. */
function millisOf(nanos: number): number {
  return Math.max(0, nanos / 1e6 - RESOLUTION_MILLIS);
}

function maxOf(histogram: Histogram): number {
  return isFilled(histogram) ? millisOf(histogram.max) : 0;
}
