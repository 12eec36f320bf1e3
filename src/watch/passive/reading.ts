// One reading of a process from outside, as numbers. Absent: unknown, never 0.

export interface Reading {
  atMillis: number;
  rssBytes?: number;
  /** Memory that belongs to no file. */
  anonBytes?: number;
  /** User and system time of all threads. */
  cpuMicros: number;
  /** Of the main thread: on a CPU, and ready without one. */
  mainRunMicros?: number;
  mainWaitedMicros?: number;
  fdCount?: number;
  fdLimit?: number;
  /** The limit that its memory is held against: its container's, or all of the machine. */
  memoryLimitBytes?: number;
  /** What counts against that limit: the container's working set, or its own anonymous memory. */
  memoryUsedBytes?: number;
  memoryFullStallMicros?: number;
  periods?: number;
  throttledPeriods?: number;
  pidsCurrent?: number;
  pidsLimit?: number;
  oomKills?: number;
}
