// Counters from inside the target, one thread at one moment. Values of an interval cover the time since the sample before.
import * as v from 'valibot';
import { answers, collections, loopDelay } from '../../wire/loop.ts';
import { amount, count, counts, listOf, stack, text, threadLine, type WireFrame } from '../../wire/parts.ts';

/** Lookups of one name over an interval. */
const lookup = v.object({
  name: text,
  /** "lookup" goes through the thread pool, "queryA" and the like do not. */
  call: text,
  count,
  totalMillis: count,
  longestMillis: count,
});
export type Lookup = v.InferOutput<typeof lookup>;

/** Bytes. */
export const memory = {
  rssBytes: amount,
  heapUsedBytes: amount,
  heapTotalBytes: amount,
  heapLimitBytes: amount,
  externalBytes: amount,
  arrayBuffersBytes: amount,
  mallocedBytes: amount,
  /** Used by V8's old and large-object spaces: what survived two minor collections, garbage included. */
  oldGenerationBytes: amount,
};

/** What the probe answers each time it is sampled. */
const sampled = {
  /** When it was taken, in microseconds of the clock of CPU profiles. */
  clockMicros: amount,
  /** Where the event loop is held, when it has not turned since the last sample. */
  stuckFrames: v.optional(stack),
  /** Pauses that we caused since the last sample, in microseconds of the clock of CPU profiles. */
  ownPauses: v.optional(listOf(v.tuple([v.number(), v.number()]), 10_000)),
  /** What our own probe holds on the heap, about. */
  ownHeapBytes: amount,
  /** Share of the interval in which the event loop was busy, 0..1. */
  utilization: amount,
  /** User and system time of the whole process, all its threads, since it began. */
  cpuMicros: amount,
  /** Of a worker thread, at its first sample: what the kernel calls it. Absent where that is not told. */
  tid: v.optional(count),
  /** About what was allocated, from minor collections. */
  allocatedBytesPerSecond: amount,
  /** Absent also where Node has no such channel yet (before 16.19, 18.8). */
  requests: v.optional(answers),
  eventLoopDelayMillis: v.optional(loopDelay),
  gc: v.optional(collections),
  /** How long trivial operations waited for a thread of libuv's pool, each; the event loop's delay included. */
  poolWaitsMillis: v.optional(listOf(count)),
  /** Name lookups that ended, by name and call. */
  lookups: v.optional(listOf(lookup)),
  /** libuv handles and requests and Node's timers, by type ("Timeout", "TCPSocketWrap", ...). */
  resources: v.optional(counts),
};

export const runtimeLine = threadLine('runtime', {
  /** True when taken right after a major collection, forced or not: `heapUsedBytes` is then the heap after GC. */
  afterGc: v.boolean(),
  ...memory,
  ...sampled,
});

/** What the probe answers, before it becomes a line. */
const answer = v.object({
  /** The lease has expired or stop() was called: nothing else is there. */
  stopped: v.boolean(),
  memory: v.optional(v.object(memory)),
  ...sampled,
  /** How often the lease's timer fired: 0 means the event loop has not turned since we came. */
  leaseTicks: amount,
});
export type ProbeSample = Omit<v.InferOutput<typeof answer>, 'memory'> & {
  memory?: Memory;
  /** Major collections since the last sample that we did not force, with what was in use right after each. */
  collected?: { clockMicros: number; memory: Memory }[];
};
type Memory = Required<Pick<RuntimeLine, keyof typeof memory>>;
/** The stack that a thread was in when it was asked, innermost frame first; empty: it was idle. */
export interface StackNow {
  /** By the clock of CPU profiles. */
  clockMicros: number;
  /** Higher than in the one before where what held the thread then has returned since. */
  microtasks: number;
  frames: WireFrame[];
}
export type RuntimeLine = v.InferOutput<typeof runtimeLine>;
