// One run of one side of a comparison: what a program cost while it did its work, in numbers that do not depend on how
// much of it was done. Pure data.

import type { MetricWindows } from '../../wire/report/comparison.ts';
import type { MetricName } from '../../wire/report/names.ts';
import type { Warning } from '../../wire/warning.ts';
import type { Frame } from '../frame.ts';

/** What is compared. Names are what people write in gates: "cpu.total>3%". */
export const METRICS = {
  'cpu.total': { unit: 'µs/request', better: 'lower', words: 'CPU time' },
  'cpu.code': { unit: 'µs/request', better: 'lower', words: 'CPU time in code' },
  'cpu.gc': { unit: 'µs/request', better: 'lower', words: 'CPU time in garbage collection' },
  'cpu.native': { unit: 'µs/request', better: 'lower', words: 'CPU time in native code and compiling' },
  'alloc.perRequest': { unit: 'bytes/request', better: 'lower', words: 'memory allocated per request' },
  'alloc.perSecond': { unit: 'bytes/s', better: 'lower', words: 'memory allocated per second' },
  'gc.pause': { unit: 'ms/s', better: 'lower', words: 'pauses for garbage collection' },
  'loop.delay': { unit: 'ms', better: 'lower', words: 'event-loop delay, 99th percentile' },
  'latency.p50': { unit: 'ms', better: 'lower', words: 'latency, median' },
  'latency.p99': { unit: 'ms', better: 'lower', words: 'latency, 99th percentile' },
  throughput: { unit: 'requests/s', better: 'higher', words: 'throughput' },
  'heap.floor': { unit: 'bytes', better: 'lower', words: 'heap after the load, garbage collected' },
  'heap.leak': { unit: 'bytes/request', better: 'lower', words: 'heap kept per request' },
  'heap.live': { unit: 'bytes', better: 'lower', words: 'live bytes, by the heap profile' },
  'rss.after': { unit: 'bytes', better: 'lower', words: 'resident memory after the load' },
  'handles.after': { unit: 'count', better: 'lower', words: 'handles and timers after the load' },
  'fds.after': { unit: 'count', better: 'lower', words: 'file descriptors after the load' },
} as const satisfies Record<MetricName, { unit: string; better: 'lower' | 'higher'; words: string }>;

export type { MetricWindows } from '../../wire/report/comparison.ts';
export type { MetricName } from '../../wire/report/names.ts';

/** One function in one run, all its calling contexts together. */
export interface FunctionCost {
  /** The same function on both sides, and in all runs: name, file and package; lines may move. */
  key: string;
  frame: Frame;
  /** Time in it itself, native built-ins that it calls included; microseconds a request (a second where requests are unknown). */
  selfMicros: number;
  /** Time with it anywhere on the stack, recursion counted once. */
  totalMicros: number;
  /** Allocated by it, live or not; bytes a request. Absent: allocation was not sampled. */
  allocatedBytes?: number;
}

/** One function in one calling context; `parent` is an index in the same list, -1 for the root, smaller than its own. */
export interface CallCost {
  parent: number;
  key: string;
  frame: Frame;
  selfMicros: number;
  totalMicros: number;
}

export interface Run {
  /** What people call it: a file, a folder, "base 3". */
  label: string;
  /** Runs of the two sides with the same number were made side by side; null when nothing is known. */
  pair: number | null;
  nodeVersion: string | null;
  /** What costs are counted by; a script that does its work and ends is one run. */
  per: 'request' | 'second' | 'run';
  /** How many requests were served while it was measured; null where nothing counted them: costs are then a second's. */
  requests: number | null;
  /** Requests that failed. */
  failed: number;
  /** Length of what was measured, and how many CPU samples were not idle. */
  seconds: number;
  samples: number;
  /** CPU time of all of it, as costs are counted; null: not measured. What parts of functions are parts of. */
  wholeMicros: number | null;
  /** What functions cost: CPU time, or the bytes that they keep alive, which then stand in place of microseconds. Absent: time. */
  costs?: 'live-bytes';
  /** Absent: not measured. */
  metrics: Partial<Record<MetricName, number>>;
  /** Absent: nothing was measured by windows. */
  windows?: MetricWindows[];
  functions: FunctionCost[];
  /** The merged call tree; the root first. Empty without a CPU profile. */
  calls: CallCost[];
  warnings: Warning[];
}
