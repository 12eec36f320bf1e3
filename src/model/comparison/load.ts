// What a load tool reports, and what a program did in one turn of load. Pure data.

/** What a load tool says of one call of it, in one shape for all tools. Absent is unknown. */
export interface LoadReport {
  /** "autocannon", "wrk", "k6", ... */
  tool: string;
  requests?: number;
  /** Errors, timeouts and answers outside of 2xx and 3xx. */
  failed: number;
  requestsPerSecond?: number;
  latencyMillis: { p50?: number; p90?: number; p99?: number; max?: number };
}

/** One turn: from just before the load command began until just after it ended. */
export interface LoadTurn {
  /** Not measured: only what it leaves behind counts. */
  isWarmUp?: boolean;
  millis: number;
  /** User and system time that the whole process took. */
  cpuMicros?: number;
  /** HTTP requests it answered. */
  requests?: { answered: number; failed: number };
  eventLoopDelayMillis?: { mean: number; p50: number; p99: number; max: number };
  gc?: { count: number; majorCount: number; pauseMillis: number; longestPauseMillis: number };
  /** Absent: the load command's output is none that is known. */
  load?: LoadReport;
}
