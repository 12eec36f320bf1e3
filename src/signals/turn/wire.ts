// One turn of load of a comparison: from just before the load command began until just after it ended.
import * as v from 'valibot';
import { answers, collections, loopDelay } from '../../wire/loop.ts';
import { amount, type BodyOf, count, text, threadLine } from '../../wire/parts.ts';

/** What a load tool says of one call of it, in one shape for all tools. */
const loadReport = v.object({
  /** "autocannon", "wrk", "k6", ... */
  tool: text,
  requests: amount,
  /** Errors, timeouts and answers outside of 2xx and 3xx. */
  failed: count,
  requestsPerSecond: amount,
  latencyMillis: v.object({ p50: amount, p90: amount, p99: amount, max: amount }),
});
export type LoadReport = v.InferOutput<typeof loadReport>;

export const turnLine = threadLine('turn', {
  /** Not measured: only what it leaves behind counts. */
  isWarmUp: v.optional(v.boolean()),
  millis: count,
  /** User and system time that the whole process took. */
  cpuMicros: amount,
  /** HTTP requests it answered. */
  requests: v.optional(answers),
  eventLoopDelayMillis: v.optional(loopDelay),
  gc: v.optional(collections),
  /** Absent: the load command's output is none that is known. */
  load: v.optional(loadReport),
});
export type LoadTurn = BodyOf<v.InferOutput<typeof turnLine>>;
