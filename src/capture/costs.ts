// What single steps of a capture cost the target: the estimates before a step, `culprit preflight` and the documentation
// take their numbers from here. What a whole capture costs a busy server is in overhead.ts.
import { MIB } from '../units/bytes.ts';

/**
 * Single steps, by the size of the heap. Measured on Node 16 to 24 (census) and 16 to 26 (snapshot) for common server
 * cores; of a range the dear end is taken.
 */
export const STEP_COSTS = {
  /** A full garbage collection marks about 1 MB of live heap in a millisecond. */
  heapRead: { millis: 5, millisPerMegabyte: 1 },
  /**
   * V8 that was asked to collect marks in steps. Where most of the heap hangs on one large table it may find its work list empty
   * too early, and marks in one pause. Measured with one Map: of 300 MB in about one collection of 8 on Node 20 and 22 (100 to 280 ms,
   * else 3 to 15), of 100 MB in 3 of 20 on Node 22 (81 to 85 ms); with the same in arrays of a thousand never (0 of 110).
   */
  marking: { millis: 4, millisPerMegabyte: 0.8 },
  /**
   * `Profiler.start` goes through all of the heap. Measured with objects of some 100 bytes: 14 to 23 ms for 6 MB, 28 to 41 for 25 MB and
   * 99 to 139 ms for 100 MB on Node 22 to 26.
   */
  cpuProfileStart: { millis: 15, millisPerMegabyte: 1 },
  /** The same on Node 20: 8 ms for 6 MB, 22 for 26 MB and 74 to 91 for 95 MB. */
  cpuProfileStartUntil20: { millis: 5, millisPerMegabyte: 0.85 },
  /** Listing the scripts that ran goes through all of the heap. Measured on Node 20 to 26: 5 ms for 8 MB, 14 to 27 ms for 90 MB. */
  scripts: { millis: 4, millisPerMegabyte: 0.25 },
  /**
   * The first `Debugger.enable` of a process looks for the lines of all texts that were loaded, and tells of each. Measured on
   * Node 20 to 26: 24 to 60 ms for a server with a few packages, 90 to 260 ms for one that has loaded a compiler of 9 MB.
   */
  debuggerStart: { millis: 40, millisPerMegabyte: 0.3 },
  /** `Runtime.queryObjects` walks every object: 6 to 9 ms a MB. It keeps a set of all: 1.1 to 1.6 bytes a byte. */
  census: { millis: 20, millisPerMegabyte: 9, bytes: 3 * MIB, bytesPerByte: 1.6 },
  /** Every isolate has some nodes. 36 to 77 bytes of heap a node, 610 to 760 bytes of extra memory and 2.4 to 4 microseconds a node. */
  snapshot: { leastNodes: 50_000, heapBytesPerNode: 40, bytesPerNode: 700, microsPerNode: 4 },
  /** Profiles, hooks and lists. */
  light: { bytes: 16 * MIB },
} as const;
