// How a capture can be requested: the arguments of `diagnose` and `preflight`, their bounds, and what they mean for a
// capture.
import * as v from 'valibot';
import { DEFAULT_WORDS, parseCaptureWords } from '../capture/capture-words.ts';
import { ASYNC_MODES, type CaptureOptions, SNAPSHOT_MODES } from '../capture/context.ts';
import { DEFAULTS } from '../defaults.ts';

export const LOOK_BOUNDS = {
  leastSeconds: 5,
  mostSeconds: 600,
  leastPauseMs: 1,
  mostPauseMs: 60_000,
} as const;

const { durationMillis, maxPauseMillis, budgetShare, snapshot, async } = DEFAULTS.capture;

const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

export const pid = v.pipe(whole(1, 2 ** 31 - 1), v.description('Process id, as list_processes gives it.'));

/** Entries of an input schema. */
export const lookEntries = {
  pid,
  durationSeconds: v.optional(
    v.pipe(
      whole(LOOK_BOUNDS.leastSeconds, LOOK_BOUNDS.mostSeconds),
      v.description('How long to watch. 30 finds most faults; a slow leak needs 60 or more.'),
    ),
    durationMillis / 1_000,
  ),
  maxPauseMs: v.optional(
    v.pipe(
      whole(LOOK_BOUNDS.leastPauseMs, LOOK_BOUNDS.mostPauseMs),
      v.description('The longest single pause that culprit may cause in the program.'),
    ),
    maxPauseMillis,
  ),
  budgetPercent: v.optional(
    v.pipe(
      v.number(),
      v.minValue(0.1),
      v.maxValue(100),
      v.description('Share of the time for which all steps together may pause the program.'),
    ),
    budgetShare * 100,
  ),
  snapshot: v.optional(
    v.pipe(
      v.picklist(SNAPSHOT_MODES),
      v.description('Heap snapshots: they pause the program for seconds. "force" ignores maxPauseMs.'),
    ),
    snapshot,
  ),
  async: v.optional(
    v.pipe(
      v.picklist(ASYNC_MODES),
      v.description('Async hooks: in bursts, all the time (slows promises down), or off.'),
    ),
    async,
  ),
};

const lookWords = v.object(lookEntries);
/** Every argument, with its default. */
export type LookWords = v.InferOutput<typeof lookWords>;

export function captureOptionsOf(
  words: Omit<LookWords, 'pid'>,
): Omit<CaptureOptions, 'signal' | 'onProgress'> {
  return parseCaptureWords({
    ...DEFAULT_WORDS,
    duration: `${words.durationSeconds}s`,
    maxPause: `${words.maxPauseMs}ms`,
    budget: String(words.budgetPercent),
    snapshot: words.snapshot,
    async: words.async,
  });
}
