// A CPU profile alone cannot tell one long callback from many short ones between which no sample fell: on a loop that
// never idles the gaps are far shorter than the distance of two samples. What bears a block out:
//   - the event loop's own delay: a timer that is due every 10 ms comes late by the length of the callback, less those
//     10 ms; where it did not, nothing held the loop for so long.
//   - the lengths themselves: when gaps are missed at random, runs end at random too, and their lengths are spread as
//     waiting times are (exponentially). One callback that takes its time is not: its short runs are missing.
import type { RuntimeSample } from '../model/samples.ts';

/** The timer of Node's delay histogram is due each so often (capture/probes/counters.ts). */
const TIMER_MILLIS = 10;
/** Two samples' distance at either end, and the clock's own error, as a part of the block. */
const SLACK = { millis: 4, share: 0.1 };
/** The delay is noted when the turn has ended, which other callbacks may make longer than the block. */
const NOTED_WITHIN_MILLIS = 1_500;

/** `endClockMicros`: when the block ended, by V8's clock; without it all samples of the look count. */
export function isBorneOut(
  millis: number,
  endClockMicros: number | undefined,
  runtime: readonly RuntimeSample[],
): boolean {
  const noted = notedAfter(endClockMicros, runtime).flatMap(
    (sample) => sample.eventLoopDelayMillis?.max ?? [],
  );
  // A loop that did not turn any more noted nothing.
  if (noted.length === 0) return true;
  return Math.max(...noted) >= millis * (1 - SLACK.share) - TIMER_MILLIS - SLACK.millis;
}

function notedAfter(
  endClockMicros: number | undefined,
  runtime: readonly RuntimeSample[],
): readonly RuntimeSample[] {
  if (endClockMicros === undefined || runtime.some(({ clockMicros }) => clockMicros === undefined))
    return runtime;
  const after = runtime.filter(({ clockMicros }) => clockMicros! >= endClockMicros);
  const within = endClockMicros + NOTED_WITHIN_MILLIS * 1_000;
  return after.filter(({ clockMicros }, i) => i === 0 || clockMicros! <= within);
}

/** Fewer runs show no pattern. */
const LEAST_RUNS = 20;
/** The part of the time in long runs may be so many times what chance gives. */
const MOST_EXCESS = 1.5;
/** And short runs are at least this part of those that chance gives. */
const LEAST_SHORT = 0.6;

/** `runsMillis`: how long a callback stayed on the stack each time, as far as the samples tell. */
export function isSpreadByChance(runsMillis: readonly number[], leastMillis: number): boolean {
  if (runsMillis.length < LEAST_RUNS) return false;
  const total = runsMillis.reduce((sum, millis) => sum + millis, 0);
  const long = runsMillis.filter((millis) => millis >= leastMillis);
  const inLong = long.reduce((sum, millis) => sum + millis, 0) / total;
  const ratio = leastMillis / (total / runsMillis.length);
  const inLongByChance = (1 + ratio) * Math.exp(-ratio);
  const shortByChance = 1 - Math.exp(-ratio);
  return (
    inLong <= inLongByChance * MOST_EXCESS &&
    (runsMillis.length - long.length) / runsMillis.length >= shortByChance * LEAST_SHORT
  );
}
