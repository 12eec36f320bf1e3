// Thresholds of the rules on work that waits: pools, requests, lookups, the thread pool, connections. Chosen, not fitted,
// unless a value says otherwise; tried on the servers of fixtures/apps and their healthy twins.

export const POOL_EXHAUSTION = {
  /** Fewer more that wait may be chance. */
  leastRise: 4,
  /** A queue that stays at one length, because those who wait give up, counts from this length on. */
  leastStuck: 5,
  /** Shares of the looks in which somebody waits, and of connections lent out that are silent. */
  almostAlways: 0.9,
  mostly: 0.6,
  /** Promises that stay at this part of the queue's pace are those that wait. */
  promisePace: 4,
  /** Placed, and what was lent out is seen lying idle; placed; not placed. */
  confidence: { neverGivenBack: 0.93, placed: 0.85, unplaced: 0.7 },
  /** Requests hang now. */
  urgency: 0.95,
  most: 3,
};

/** Requests out without an answer, whose number stays. */
export const SILENT_CALLS = {
  /** Of the sockets in use for that destination, those over which nothing goes. */
  leastShare: 0.5,
  longMillis: 8_000,
};

/** A pool that loses what it lends out. */
export const DRAINING_POOL = {
  /** Fewer more may be slow work. */
  leastRise: 3,
  leastLost: 4,
  /** Placed, by what it is told by. */
  confidence: { silent: 0.88, least: 0.78, unplaced: 0.7 },
};

export const REQUEST_PILEUP = {
  leastWaiting: 4,
  leastPerSecond: 0.1,
  /** Most clients and balancers have given up on a request this old, or soon will. */
  longMillis: 8_000,
  /** Of the same kind, at least this share is answered in time: else waiting is what they are for (long polls). */
  leastAnswered: 0.02,
  /** Of the outgoing ones that wait, those that the program has not ended. */
  mostlyUnended: 0.8,
  /** Rates of one cause, seen in two ways, differ by no more. */
  samePace: 3,
  /** Numbers of requests and of the promises that they wait for differ by no more; of the promises such a part stays. */
  asMany: 1.6,
  asLargePart: 0.6,
  /** Of the promises of a place where requests wait, what is still there after 5 s. */
  leastStaying: 0.8,
  /** Promises of requests that are older than 5 s, of which none is left: fewer say nothing. */
  leastCollected: 20,
  /** What goes out was seen being made; who should answer what comes in is told by promises or by the router. */
  outboundConfidence: { placed: 0.9, unplaced: 0.75 },
  inboundConfidence: { placed: 0.85, unplaced: 0.7 },
  /** By requests a second. */
  urgency: { from: 0.8, per: 1 / 50, most: 0.95 },
  criticalPerSecond: 1,
  most: 3,
};

/** Requests that hang, with clients that wait for them. */
export const STALLED = {
  confidence: { placed: 0.8, unplaced: 0.65 },
  /** Of a process that answers nothing: of so many long polls some end in so many seconds. */
  leastAtStandstill: 20,
  leastSeconds: 18,
  /** Of these requests those that a pending timer may end: then they are long polls. */
  timedShare: 0.5,
  standstill: { placed: 0.75, unplaced: 0.65 },
  /** Routes that the evidence lists. */
  named: 4,
  urgency: 0.9,
};

/** Requests that are held up together and answered all at once, again and again. */
export const HELD = {
  /** One may be a long poll, unless its requests wait in a package. */
  leastRoutes: 2,
  criticalMillis: 5_000,
  /** Of the wait, what the promises of one place must live for. */
  leastLife: 0.5,
  /** Promises for requests come at their pace, give or take; what occupies the shared thing comes far less often. */
  samePace: 3,
  /** Routes that the title and the evidence list. */
  named: 2,
  confidence: { placed: 0.82, unplaced: 0.68 },
  /** They are answered in the end. */
  urgency: 0.8,
};

/** Requests that are answered late, and then with an error. */
export const LATE_FAILURES = {
  criticalMillis: 5_000,
  /** The timeout and the longest wait that was seen differ by no more than this part of it: reads are seconds apart. */
  asLong: 0.15,
  /** Statuses and times are certain; what is waited for is not. */
  confidence: { placed: 0.85, unplaced: 0.7 },
  urgency: 0.9,
  most: 2,
};

/** Timers that requests may wait for. */
export const WAITING_TIMER = {
  /** They are set as often as requests begin to wait, give or take. */
  samePace: 2,
};

/** Answers that are begun and never ended. */
export const UNENDED = {
  /** Of the same kind, at least this share ends in time: else to stay open may be what they are for (event streams). */
  leastEnded: 0.2,
  confidence: { placed: 0.87, unplaced: 0.72 },
};

/** The service has stopped answering. */
export const OUTAGE = {
  /** One may be a long poll. */
  leastRoutes: 2,
  /** Of the requests that come in, those to routes that are silent. */
  leastShare: 0.5,
  /** The oldest wait; or so many watched clients went away first. */
  longMillis: 8_000,
  leastDropped: 4,
  /** Routes that the evidence lists. */
  named: 4,
  confidence: { placed: 0.88, unplaced: 0.75 },
  urgency: 0.97,
};

/** One route that is silent while others answer. */
export const SILENT_ROUTE = {
  leastDropped: 4,
  /** Watched promises of one place that are older than 5 s, and of them those that stay. */
  leastPromises: 4,
  leastStaying: 0.9,
  /** Rates of requests and of promises that may be made for them differ by no more: promises are watched for a part of the look. */
  samePace: 3,
  /** Older than the oldest request: reads are not of one moment. */
  leastOlderMillis: 1_500,
  /** Routes that the evidence lists. */
  named: 3,
  confidence: { placed: 0.85, unplaced: 0.7 },
  urgency: 0.9,
};

/** A line in which nobody is served. */
export const STUCK_LINE = {
  /** Who waits in it comes at the pace of the requests without an answer, give or take. */
  samePace: 4,
  leastWaiting: 4,
  /** Fields beside it that the evidence lists. */
  fields: 3,
  confidence: { lent: 0.88, placed: 0.82, unplaced: 0.7 },
};

export const THREAD_POOL = {
  /** At the median, for an operation that takes microseconds by itself. */
  leastWaitMillis: 20,
  criticalWaitMillis: 200,
  /** Of the seconds of the look, those in which the wait was long. */
  leastLongShare: 0.4,
  /** Lookups that take more of the threads' time than this are the finding themselves. */
  mostOfIt: 0.5,
  /** The wait against what one operation takes: where a thread is free sooner, the pool is busy and no more. */
  leastWaitShare: 0.5,
  /** Of the threads, those that must have an operation: less than all, for what came before the watch was not counted. */
  leastInside: 0.5,
  /** Users below this share of the threads' time are not listed. */
  leastUserShare: 0.05,
  /** Behind a pool that stands still. */
  namedWaiting: 2,
  confidence: { placed: 0.9, unplaced: 0.65 },
  /** By milliseconds of wait. */
  urgency: { from: 0.7, per: 1 / 2_000, most: 0.95 },
};

export const DNS_SLOW = {
  leastCount: 5,
  /** A resolver nearby answers in a few milliseconds; ten times that is felt in each new connection. */
  slowMillis: 100,
  criticalMillis: 1_000,
  /** Of all lookups, those of slow names together. */
  most: 0.5,
  confidence: { placed: 0.9, unplaced: 0.75 },
  urgency: { from: 0.6, perMilli: 1 / 5_000, perLookupASecond: 1 / 200, most: 0.9 },
};

export const CONNECTION_CHURN = {
  /** Fewer new connections a second cost next to nothing. */
  leastPerSecond: 10,
  warningPerSecond: 50,
  /** Of the connections older than 5 s, those that are still open. */
  mostSurvival: 0.1,
  /** Of those that are begun, the part from which on it is failures that are told. */
  leastFailing: 0.6,
  confidence: 0.85,
  /** By connections a second; it wastes, and breaks nothing. */
  urgency: { from: 0.35, per: 1 / 500, most: 0.7 },
};

/** What the wire says beside a finding about sockets. */
export const WIRE = {
  /** Of TCP segments, those sent again: a sound network sends next to nothing twice. */
  lossyShare: 0.01,
  /** Fewer old sockets are not worth a word. */
  leastOld: 2,
};
