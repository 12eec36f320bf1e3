// Thresholds of the rules on descriptors, sockets, timers, watchers, other handles, child
// processes and threads. Chosen, not fitted,
// unless a value says otherwise (see growth.ts for what they were tried on). Confidences follow how direct the proof is:
// things counted in /proc and a line caught making them are above 0.9; a count without a line is below.

export const FD_LEAK = {
  confidence: { placed: 0.92, unplaced: 0.82 },
  leastUrgency: 0.75,
  /** What was opened by hand is named before a stream, which closes its file, unless streams open this many times more. */
  streamsPerHand: 4,
};

export const SOCKET_LEAK = { confidence: { placed: 0.93, unplaced: 0.8 }, leastUrgency: 0.75 };

export const CHILD_PROCESS_LEAK = {
  /** Three processes that stay are rarely chance: few programs start any. */
  leastRise: 3,
  confidence: { placed: 0.95, unplaced: 0.85 },
  /** Each takes memory of its own: more pressing than descriptors. */
  urgency: 0.92,
};

export const WORKER_LEAK = {
  leastRise: 3,
  /** Of the workers made, the share that stays. */
  leastSurvival: 0.6,
  /** Workers that stay, of the growth of threads: our profiler adds a thread of its own to each, and it may be seen late. */
  leastOfThreads: 0.25,
  /** Threads may also be those of a native library: without a line that starts workers it is little more than a guess. */
  confidence: { placed: 0.94, unplaced: 0.6 },
  urgency: 0.9,
};

export const WATCHER_LEAK = {
  leastAlive: 4,
  leastSurvival: 0.6,
  confidence: { placed: 0.92, unplaced: 0.92 },
  urgency: 0.75,
  most: 2,
};

export const HANDLE_LEAK = {
  leastAlive: 4,
  /** Of a pair one end is often handed to another thread, and ends here by that. */
  leastSurvival: 0.4,
  /** Counted by Node itself; and known from their creation only. */
  confidence: { placed: 0.93, unplaced: 0.75 },
  uncounted: { placed: 0.86, unplaced: 0.6 },
  urgency: 0.78,
  most: 2,
};

export const TIMER_LEAK = {
  leastAlive: 4,
  leastSurvival: 0.6,
  /** A single timer set for this long is one that nobody waits for. */
  foreverMillis: 3_600_000,
  /** One that is set for minutes keeps what it closes over for as long: a matter of memory where the heap rises with it. */
  long: {
    leastMillis: 60_000,
    leastPerSecond: 2,
    leastWatched: 16,
    leastSurvival: 0.95,
    /** Of the rise, for each of them: less than a timer takes is none of it. */
    leastBytesEach: 100,
    mostBytesEach: 2 ** 20,
  },
  /** Of the rise of one place, what the count of all timers of the process must rise at least. */
  countedRise: 0.5,
  /** Timers that are begun, and timers that there are more of: the same, within this factor. */
  samePace: 1.6,
  /** What is counted in bursts is off by less. */
  moreThanAtFirst: 1.2,
  confidence: { placed: 0.93, unplaced: 0.93 },
  /** By timers a second. */
  urgency: { from: 0.65, per: 1 / 50, most: 0.95 },
  /** At this pace, 3,000 timers fire after a minute, and each costs CPU time. */
  criticalPerSecond: 50,
  most: 3,
};

/** What the limits of descriptors and of processes have in common. */
const COUNT_LIMIT = {
  /** A share of the limit: the next peak may meet it. */
  close: 0.8,
  criticalShare: 0.95,
  /** Growth counts when the limit is this near: half an hour. */
  soonSeconds: 1_800,
  /** A rise far below the limit is often load that rises and ends. */
  leastShare: 0.25,
  /** For each share beyond `close`, and when the limit is soon met. */
  urgencyPerShare: 2.5,
  urgencySoon: 0.25,
  mostUrgency: 0.95,
};

/** Both numbers are the kernel's own, so that only what is meant by them is open. */
export const FD_LIMIT = { ...COUNT_LIMIT, confidence: 0.97, urgency: 0.4 };

/** Of a whole container: others may be meant to run in it. */
export const PIDS_LIMIT = { ...COUNT_LIMIT, confidence: 0.95, urgency: 0.45 };

/** Of the sockets that accumulate, what a listener must have in its hands to be named for them. */
export const SOCKET_RECEIVER = { leastShare: 0.7 };
