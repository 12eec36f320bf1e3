// What single steps of a capture cost the process that it looks at: estimates before a step, `culprit preflight` and
// the documentation have their numbers from here. What a whole capture costs a busy server is in overhead.ts.
import { MIB } from '../units/bytes.ts';

/**
 * Single steps, by the size of the heap. Measured on Node 16 to 24 (census) and 16 to 26 (snapshot) for common server
 * cores; of a range the dear end is taken.
 */
export const STEP_COSTS = {
  /** A full garbage collection marks about 1 MB of live heap in a millisecond. */
  heapRead: { millis: 5, millisPerMegabyte: 1 },
  /** `Profiler.start` goes through all of the heap. Measured on Node 20: 18 ms of the main thread for 20 MB, 57 ms for 100 MB. */
  cpuProfileStart: { millis: 8, millisPerMegabyte: 0.5 },
  /**
   * `Debugger.enable`, which lists the scripts, goes through all code that V8 has compiled. Measured on Node 20: 16 ms of the
   * main thread for a heap of 20 MB, 28 ms for 100 MB.
   */
  scripts: { millis: 13, millisPerMegabyte: 0.17 },
  /** `Runtime.queryObjects` walks every object: 6 to 9 ms a MB. It keeps a set of all: 1.1 to 1.6 bytes a byte. */
  census: { millis: 20, millisPerMegabyte: 9, bytes: 3 * MIB, bytesPerByte: 1.6 },
  /** Every isolate has some nodes. 36 to 77 bytes of heap a node, 610 to 760 bytes of extra memory and 2.4 to 4 microseconds a node. */
  snapshot: { leastNodes: 50_000, heapBytesPerNode: 40, bytesPerNode: 700, microsPerNode: 4 },
  /** Profiles, hooks and lists. */
  light: { bytes: 16 * MIB },
} as const;
