// Thresholds of the rules on CPU time: hot functions, blocks of the event loop, quotas. Shares are 0..1 of wall time where
// nothing else is said. Chosen, not fitted, unless a value says otherwise; tried on fixtures/targets, whose quadratic
// function takes half of a core and whose planted block lasts 0.2 s once a second.

export const CPU_HOTSPOT = {
  /** Of a function's samples, what an inlined one must have to be named. */
  leastInlined: 0.1,
  /** All that one place is responsible for. */
  leastShare: 0.2,
  /** The hottest single function in it. */
  leastTopShare: 0.12,
  /** Of a library that spreads its work over many functions. */
  leastSpreadShare: 0.3,
  leastSpreadShareOfBusy: 0.5,
  leastShareOfBusy: 0.3,
  /** Of a package that several places call: of a busy server's framework and drivers it is less. */
  leastShared: 0.3,
  leastSharedOfBusy: 0.5,
  /** Garbage collection that a package sets off is told from this share of the time on. */
  leastCollected: 0.01,
  /** Of a thread that is starved of CPU, in what it had. */
  starved: { leastOfBusy: 0.5, leastBusyShare: 0.1, confidence: 0.6, urgency: 0.4 },
  /** Of the time of a function that has its work done by others, the part of one that is named. */
  leastPart: 0.1,
  /** Of its time; a worker thread that is less busy has time for all that it is given. */
  leastBusyOfWorker: 0.6,
  /** Callers of a shared package that the evidence lists. */
  namedCallers: 4,
  /** At 1 ms a sample, 3 s are 3,000 samples at most. */
  leastSeconds: 3,
  /** Of a program that ran from start to end: 100 samples tell a fifth from a third. */
  leastRunSeconds: 0.1,
  /** From this part of its group on, one function is to blame by name. */
  concentrated: 0.6,
  criticalShare: 0.5,
  criticalBusyShare: 0.9,
  warningShare: 0.3,
  confidence: { from: 0.7, per: 1 / 2, most: 0.97 },
  urgency: { from: 0.3, per: 1, most: 1 },
};

export const EVENT_LOOP_BLOCK = {
  /** One block this long is felt by everybody who waits. */
  longMillis: 250,
  /** Blocks this long count when they come again. */
  repeatedMillis: 100,
  leastShare: 0.01,
  /** Or shorter ones that take this share of all time, and are so many. */
  shareOfShort: 0.1,
  leastShort: 5,
  /** From this share of periods on, a CPU quota makes blocks longer than the code does. */
  stoppedOften: 0.05,
  /** Code that takes this part of the busy time is also what uses up the quota. */
  mostOfBusy: 0.5,
  /** Of the time of a function, the part in blocks: below it is a hotspot. */
  leastPartInBlocks: 0.5,
  /** A block that is collecting garbage for more of its time is told as that. */
  mostGc: 0.35,
  /** The shortest profile of the main thread that is judged. */
  leastMicros: 3e6,
  critical: { millis: 1_000, share: 0.25 },
  warning: { millis: 200, share: 0.1 },
  /** By the number of blocks. */
  confidence: { from: 0.75, per: 0.03, most: 0.96 },
  /** `perFull` for a block of `fullMillis` and more, and 1 for each share of time. */
  urgency: { from: 0.35, perFull: 0.35, fullMillis: 1_000, most: 1 },
};

/** Delays of the event loop that nothing explains. */
export const LATE_LOOP = {
  /** One may be chance; unless it is so long. */
  leastIntervals: 2,
  longMillis: 1_000,
  /** Of the delay, the part in which the thread ran: less, and it slept. */
  leastRan: 0.5,
  confidence: 0.55,
  /** Of the delay, the part in which other threads of the process had the CPU: then they are its cause. */
  leastOwnThreads: 0.4,
  ownThreadsConfidence: 0.75,
};

/** Requests that cost more and more CPU time. Shares are of a core. */
export const SLOWDOWN = {
  /** From the first part of the look to the last, as a part of the first. */
  leastRise: 0.3,
  leastRiseUnplaced: 1,
  /** Of the requests, those that were of another kind at the end: then dearer ones are no wonder. */
  mostMixShift: 0.25,
  /** What the rise takes of a core at the end. */
  leastShareOfCore: 0.02,
  /** What grew along by this factor is listed, so many of them. */
  leastGrownAlong: 1.1,
  mostGrownAlong: 2,
  /** A function is named that has this part of the rise. */
  leastPlaced: 0.4,
  criticalShare: 0.5,
  /** Inferred: from the addons that are loaded. */
  confidence: { placed: 0.85, inferred: 0.72, unplaced: 0.6 },
  urgency: { from: 0.55, per: 0.6, most: 0.92 },
};

/** Synchronous calls of Node's: each may be short, but the code that makes them takes much of the time. */
export const SYNC_CALLS = {
  share: 0.12,
  /** The calls themselves are this part of it. */
  part: 0.2,
  criticalShare: 0.3,
  confidence: { from: 0.75, per: 1 / 2, most: 0.95 },
  urgency: { from: 0.35, per: 1, most: 1 },
};

/** Functions in which the thread waits, and does not compute. */
export const ASLEEP = {
  /** Of the time that the profile shows in it, the part in which the thread slept. */
  leastShare: 0.7,
  /** Its time against all that the thread slept with code on the stack. */
  leastPlaced: 0.8,
};

/** The loop does not turn at all: looks a second apart show the same function each time. */
export const STUCK = {
  leastLooks: 3,
  leastAlikeShare: 1 / 2,
  /** Of the stacks, those that are in the function which is named: of a loop and its helpers, the loop. */
  leastInMost: 0.9,
  confidence: 0.95,
  urgency: 1,
};

export const CPU_THROTTLED = {
  /** Fewer stops are not felt, or only by few. */
  leastPeriods: 10,
  leastShareOfPeriods: 0.1,
  leastStoppedShare: 0.02,
  /** A loop that is later than this makes everybody wait. */
  leastDelayMillis: 20,
  /** In seconds without a stop the loop is that much less late; else it is late for another reason. */
  leastDifference: 1.5,
  /** A function with this part of the CPU is what to make cheaper. */
  largePart: 0.3,
  critical: { stoppedShare: 0.25, delayMillis: 200 },
  warningShareOfPeriods: 0.25,
  /** The kernel counts the stops; whether they are felt is told by the delay of the loop. */
  confidence: { withDelay: 0.95, withoutDelay: 0.8 },
  urgency: { from: 0.45, perShareOfPeriods: 0.5, perStoppedShare: 0.3, most: 0.98 },
};

/**
 * Tried once each for 20 s on a server on two cores that others used, too: one that takes 0.1 and one that takes 0.8 of a core.
 * Share of its ready time that the main thread waited, in each second: with little else running (CPU pressure 0.14) 0.10 to 0.36
 * and 0.01 to 0.12; beside 4 processes that spin 0.69 to 0.96 and 0.61 to 0.75; beside 8 of them 0.78 to 0.95 and 0.90 to 0.96. A
 * run without neighbours of ours beside other work (pressure 0.37 and 0.95) reached 0.77 and 0.64 in single seconds, and 0.48 and 0.36
 * over all: hence most of the intervals are asked for, not one. With one neighbour for each core it is about 0.5.
 */
export const CPU_STARVED = {
  /** Of the time that it was ready, in one interval: it waits clearly longer than it runs. */
  leastWaitedShare: 0.6,
  /** And of all time in it: what hardly runs does not wait for long either. */
  leastShareOfTime: 0.1,
  /** So it is in this part of the intervals. */
  leastSpansShare: 0.5,
  leastSeconds: 5,
  /** A loop that is later than this makes everybody wait: with little else running it was 13 and 32 ms late, beside neighbours 51 ms to 1 s. */
  leastDelayMillis: 20,
  critical: { shareOfTime: 0.5, delayMillis: 200 },
  /** The kernel counts the waits; whether they are felt is told by the delay of the loop. */
  confidence: { withDelay: 0.95, withoutDelay: 0.8 },
  urgency: { from: 0.45, per: 0.5, most: 0.98 },
};

/** What to advise about a quota. */
export const QUOTA = {
  /** Of the CPU of the process, what other threads than the main one use to be called a crowd. */
  crowded: 0.35,
  /** Of the group's CPU, what other processes use. */
  foreign: 0.4,
  /** Above what was used: a quarter more for peaks. */
  room: 1.25,
  /** The step in which people write limits; a need this little above a step, in steps, is rounded down to it. */
  stepCores: 0.25,
  stepSlack: 0.05,
  /** A larger stopped share would make the need boundless. */
  mostStopped: 0.95,
};
