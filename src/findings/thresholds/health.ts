// What a healthy verdict mentions although it is no finding. Chosen, not fitted.

export const HEALTH = {
  /** Growing collections that are listed. */
  mostNamed: 2,
  /** Reads of the heap after a collection: fewer show no direction. */
  leastReads: 4,
  /** Requests of one route without one answer, given up by their clients: fewer may be chance. */
  leastGivenUp: 12,
  leastBytesPerSecond: 1_024,
  /** A gigabyte in a working day: whoever reads that this is little is misled. */
  muchBytesPerSecond: 32 * 1024,
  /** More timers than at first: a few are those of the requests of a moment. */
  leastTimers: 20,
  leastTimersShare: 0.5,
  /** Descriptors likewise; a client may have a connection outward beside its own. */
  leastDescriptors: 20,
  leastDescriptorsShare: 0.5,
  descriptorsOfClient: 2,
  /** A rise that is not proved, and too much to be called healthy: warm code and caches of the VM take less in half a minute: at most 84 KB/s
   * in 138 captures of healthy servers, but for a cache that fills. */
  unprovedBytesPerSecond: 128 * 1024,
  unprovedBytes: 3 * 2 ** 20,
  unprovedShare: 0.02,
  unprovedLateShare: 0.5,
  unprovedFallShare: 0.1,
  /** Somebody who waits feels a delay of the event loop from here on: it is not called free of blocks. */
  lateMillis: 100,
};
