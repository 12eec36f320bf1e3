// Compares the delay of the event loop with everything that is known to have held it. A delay that nothing explains is not
// health.
import type { RuntimeSample } from '../../model/samples.ts';
import type { CpuWaitSpan } from './cpu-waits.ts';

/** A sampling interval in which the loop was late, and what of it is explained. Milliseconds. */
export interface LateInterval {
  atMillis: number;
  lateMillis: number;
  /** The longest that the main thread ran in it, as the kernel counts; absent where it does not tell. */
  ranMillis?: number;
  /** It was ready to run, and other threads of the process had the CPU; absent as above. */
  ownThreadsMillis?: number;
}

export interface LateLoop {
  /** Intervals with a delay that was measured while the CPU profile ran. */
  intervals: number;
  unexplained: LateInterval[];
  /** What was seen at its longest: a callback, a chain of microtasks, a collection. */
  longestSeenMillis: number;
}

/** What holds a loop, by the profile: each block and chain of the main thread, milliseconds. */
export interface Held {
  blocksMillis: readonly number[];
  /** The profile's time by the clock of samples, microseconds; null without a profile. */
  profiled: { fromMicros: number; toMicros: number } | null;
  cpuWaits: readonly CpuWaitSpan[];
  /** In this share of its periods a quota stops the process. */
  throttledShare: number;
}

/** A shorter delay is felt by few, and one that comes of many things at once. */
const LATE_MILLIS = 250;
/** What explains this part of a delay explains it. */
const MOST_OF_IT = 0.5;
const OFTEN_THROTTLED = 0.02;

/** Null where no delay was measured beside a profile. Of the main thread's samples. */
export function explainDelays(main: readonly RuntimeSample[], held: Held): LateLoop | null {
  const { profiled, blocksMillis } = held;
  if (!profiled) return null;
  const watched = main.flatMap((sample, i) => {
    const before = main[i - 1];
    const isInside =
      before !== undefined &&
      (before.clockMicros ?? 0) >= profiled.fromMicros &&
      (sample.clockMicros ?? Number.POSITIVE_INFINITY) <= profiled.toMicros;
    return isInside && !sample.afterGc && sample.eventLoopDelayMillis ? [{ sample, before }] : [];
  });
  if (watched.length === 0) return null;
  const longestSeenMillis = Math.max(
    0,
    ...blocksMillis,
    ...watched.map(({ sample }) => sample.gc?.longestPauseMillis ?? 0),
  );
  const unexplained = watched.flatMap(({ sample, before }): LateInterval[] => {
    const lateMillis = sample.eventLoopDelayMillis!.max;
    if (lateMillis < LATE_MILLIS || held.throttledShare >= OFTEN_THROTTLED) return [];
    // The turn that was late may have begun well before the interval did.
    const spans = held.cpuWaits.filter(
      ({ fromMillis, toMillis }) => toMillis > before.atMillis - lateMillis && fromMillis < sample.atMillis,
    );
    const waited = spans.reduce((sum, span) => sum + span.waitedMillis, 0);
    const own = (before.ownPauseMillis ?? 0) + (sample.ownPauseMillis ?? 0);
    const known = Math.max(waited, own, sample.gc?.pauseMillis ?? 0, ...blocksMillis);
    if (known >= lateMillis * MOST_OF_IT) return [];
    const ran = spans.reduce((sum, span) => sum + span.ranMillis, 0);
    const ready = spans.reduce((sum, span) => sum + span.readyMillis, 0);
    const counted = { ranMillis: ran, ownThreadsMillis: Math.max(0, ready - ran - waited) };
    return [{ atMillis: sample.atMillis, lateMillis, ...(spans.length > 0 && counted) }];
  });
  return { intervals: watched.length, unexplained, longestSeenMillis };
}
