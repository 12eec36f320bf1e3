// What was done to a process to find out, and what that cost it.
import * as v from 'valibot';
import { amount, count } from './scalars.ts';
import { reportWarning } from './warning.ts';

/** One step of ours on the main thread, all times that it was done, as measured inside the target. */
const stall = v.object({ step: v.string(), count, totalMillis: amount, longestMillis: amount });
export type ReportStall = v.InferOutput<typeof stall>;

export const overhead = v.object({
  /** How long each step waited for that holds the target, in order: an upper bound of what it was held for. */
  pausesMillis: v.array(amount),
  /** How long the main thread was held, by step, the longest first; absent where it could not be measured. */
  stalls: v.optional(v.array(stall)),
  /** Medians, before our profilers were on and while they were. */
  eventLoopDelayBeforeMillis: v.optional(amount),
  eventLoopDelayDuringMillis: v.optional(amount),
  eventLoopDelayMaxBeforeMillis: v.optional(amount),
  eventLoopDelayMaxDuringMillis: v.optional(amount),
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
  files: v.array(
    v.object({
      kind: v.string(),
      thread: count,
      path: v.string(),
      /** It says nothing: it cannot be read, or is not there at all. Absent: it was read. */
      lost: v.optional(v.picklist(['damaged', 'missing'])),
    }),
  ),
});
export type ReportCapture = v.InferOutput<typeof reportCapture>;

/** How much a process did while it was watched. Absent is unknown. */
export const work = v.object({
  /** HTTP requests that were answered, of all its threads. */
  requestsPerSecond: v.optional(amount),
  /** Cores that the process used, culprit's own work in it included: 1 is one core all the time. */
  cpuCores: v.optional(amount),
  /** Time in the program's own code and its packages, of all threads that were profiled. */
  codeMillis: v.optional(amount),
  /** At the end of the look. */
  rssBytes: v.optional(amount),
  /** Over the look, from its third to its last count; negative where it fell. */
  rssBytesPerSecond: v.optional(v.number()),
});
export type Work = v.InferOutput<typeof work>;
