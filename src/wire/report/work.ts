// How much a process did while it was watched.
import * as v from 'valibot';
import { amount } from './scalars.ts';

/** Absent is unknown. */
export const work = v.object({
  /** HTTP requests that were answered or failed, of all its threads. */
  requestsPerSecond: v.optional(amount),
  /** Cores that the process used, culprit's own work in it included: 1 is one core all the time. */
  cpuCores: v.optional(amount),
  /** Time in the program's own code and its packages, of all threads that were profiled. */
  codeMillis: v.optional(amount),
  /** At the end of the look. */
  rssBytes: v.optional(amount),
  /** Over the look, from its third to its last count; negative where it fell. */
  rssBytesPerSecond: v.optional(v.pipe(v.number(), v.finite())),
});
export type Work = v.InferOutput<typeof work>;
