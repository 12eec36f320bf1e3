// What was done to a process to find out, and what that cost it.
import * as v from 'valibot';
import { amount, count } from './scalars.ts';
import { reportWarning } from './warning.ts';

export const overhead = v.object({
  /** Each time we held the target's main thread, in order. */
  pausesMillis: v.array(amount),
  eventLoopDelayBeforeMillis: v.optional(amount),
  eventLoopDelayDuringMillis: v.optional(amount),
  ownFds: v.optional(count),
});

/** One short look, as an audit takes it. */
export const reportLook = v.object({
  /** ISO 8601. */
  startedAt: v.nullable(v.string()),
  durationMillis: amount,
  overhead,
  /** True when the target was left as found; null when nothing was attached. */
  restored: v.nullable(v.boolean()),
  warnings: v.array(reportWarning),
});
export type ReportLook = v.InferOutput<typeof reportLook>;

/** A capture over an interval. */
export const reportCapture = v.object({
  ...reportLook.entries,
  steps: v.array(v.string()),
  files: v.array(v.object({ kind: v.string(), thread: count, path: v.string() })),
});
export type ReportCapture = v.InferOutput<typeof reportCapture>;
