// When one finding explains another. Chosen, not fitted; the tests of joining and fixtures/targets hold them.

export const JOINING = {
  /** Memory that grows this much faster than its companion is the cause, not the symptom. */
  dominates: 4,
  /** Rates of one cause, counted in two ways, differ by no more. */
  samePace: 3,
  /** What one leaked socket, timer or process may hold; entries of a collection are smaller than buffers. */
  largestPartBytes: { collection: 32 * 1024, other: 256 * 1024 },
  /** Entries that one socket, waiter or process may add to the same collection. */
  mostEntries: 10,
};
