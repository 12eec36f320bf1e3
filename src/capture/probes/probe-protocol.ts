// What the probe in the target and the capture outside say to each other: plain JSON, versionless because both
// ends come from the same build.

export interface ProbeConfig {
  /** The script name the probe runs under. */
  url: string;
  /** The probe expires when nothing was asked of it for this long. */
  leaseMillis: number;
  /** Whether the expiring lease closes the inspector: only when we opened it. */
  closeInspector: boolean;
  /** async_hooks types to watch from creation; empty leaves the hooks off. */
  asyncTypes: string[];
  /** Creations a second (of any type, promises too) that we allow ourselves to see: sets the share of bursts. */
  asyncInitsPerSecond: number;
  /** Of each type: so many of them are asked for a stack. */
  asyncStacksPerSecond: number;
  longestRestMillis: number;
}

export interface ProbeSample {
  /** The lease has expired or stop() was called: nothing below is there. */
  stopped: boolean;
  memory?: {
    rssBytes: number;
    heapUsedBytes: number;
    heapTotalBytes: number;
    heapLimitBytes: number;
    externalBytes: number;
    arrayBuffersBytes: number;
    mallocedBytes: number;
    oldGenerationBytes: number;
  };
  /** When it was taken, in microseconds of the clock of CPU profiles. */
  clockMicros?: number;
  /** About what was allocated, from minor collections. */
  allocatedBytesPerSecond?: number;
  /** Where the event loop is held, when it has not turned since the last sample. */
  stuckFrames?: ProbeFrame[];
  /** What the probe itself holds on the heap, about. */
  ownHeapBytes?: number;
  utilization?: number;
  eventLoopDelayMillis?: { mean: number; p50: number; p99: number; max: number };
  gc?: { count: number; majorCount: number; pauseMillis: number; longestPauseMillis: number };
  resources?: Record<string, number>;
  /** Pauses that we caused since the last sample, in microseconds of the clock of CPU profiles. */
  ownPauses?: [from: number, to: number][];
  /** How long trivial operations waited for the thread pool since the last sample, milliseconds. */
  poolWaitsMillis?: number[];
  /** Of the whole process, all threads, since it began. */
  cpuMicros?: number;
  /** HTTP requests since the last sample; none also where Node has no such channel yet (before 16.19, 18.8). */
  requests?: ProbeRequests;
  /** Name lookups that ended since the last sample. */
  lookups?: ProbeLookup[];
  /** How often the lease's timer fired: 0 means the event loop has not turned since we came. */
  leaseTicks?: number;
}

export interface ProbeRequests {
  answered: number;
  /** Of these, with a status of 500 or more. */
  failed: number;
}

/** A stack frame as [functionName, url, line, column], 0-based. */
export type ProbeFrame = unknown[];

export interface ProbeAsyncRead {
  /** Share of time with hooks on since the probe was installed. */
  coverage: number;
  onMillis: number;
  /** Creations seen by type while hooks were on. */
  seen: Record<string, number>;
  sites: ProbeAsyncSite[];
}

export interface ProbeAsyncSite {
  /** The same in every read. */
  id: number;
  type: string;
  /** Of a request: method, host and path. */
  label?: string;
  /** Said once: empty in later reads. */
  frames: ProbeFrame[];
  repeats: boolean;
  delay: number;
  made: number;
  watched: number;
  alive: number;
  oldWatched: number;
  oldAlive: number;
  /** Of the watched ones that are alive. */
  oldestMillis: number;
}

/** One name, over one sampling interval. */
export interface ProbeLookup {
  name: string;
  /** "lookup" goes through the thread pool, "queryA" and the like do not. */
  call: string;
  count: number;
  totalMillis: number;
  longestMillis: number;
}

/** One pool or agent at one moment. */
export interface ProbePool {
  /** The same in every read. */
  id: number;
  className: string;
  holder?: ProbeHolder;
  /** Of an Agent: the destination it is busiest with; the counts are of that one. */
  endpoint?: string;
  /** Absent: without a limit. */
  limit?: number;
  busy?: number;
  idle?: number;
  waiting: number;
  /** Who came to wait, caught since the last read. */
  insertions: ProbeFrame[][];
  /** Of what is lent out, looked at while it is short. */
  lent?: {
    /** Those with a connection that could be looked at. */
    looked: number;
    /** Nothing went over the connection for some seconds. */
    silent: number;
    longestSilentMillis: number;
    /** What an Agent's sockets are busy with. */
    labels: [label: string, count: number][];
  };
}

export interface ProbePools {
  found: number;
  /** Those in use, the shortest ones first. */
  pools: ProbePool[];
}

/** Who used libuv's thread pool while it was watched. */
export interface ProbeThreadPool {
  millis: number;
  threads: number;
  sites: { type: string; frames: ProbeFrame[]; count: number; totalMillis: number }[];
}

/** Where the functions that answer these requests begin (0-based). */
export interface ProbeHandlers {
  handlers: { site: number; name: string; url: string; line: number; column: number }[];
}

export type CollectionType = 'Map' | 'Set' | 'Array' | 'Object' | 'EventEmitter' | 'EventTarget';

/** By which name something is held; `of` is the function of a variable, or the class of a property. */
export interface ProbeHolder {
  /** `entry`: in a collection that is held by that name. */
  kind: 'variable' | 'property' | 'entry' | 'global' | 'exports' | 'handle';
  name: string;
  of: string;
}

/** What was reached by following references from open handles, exports and globals. */
export interface ProbeWalk {
  scanned: number;
  /** The time was up before the end. */
  cut: boolean;
  /** Functions that there are several of, by where they begin (0-based). */
  functions: {
    name: string;
    url: string;
    line: number;
    column: number;
    count: number;
    /** Of these, how many another function of the same place closes over. */
    chained: number;
  }[];
}

/** One walk over all live objects. */
export interface ProbeCensus {
  scanned: number;
  tracked: number;
  /** The time was up before the end: the counts are of a part. */
  cut: boolean;
  /** The most numerous classes (or shapes of plain objects), with the number of their objects. */
  classes: [name: string, count: number][];
}

export interface ProbeCollections {
  growing: {
    /** The same in every read. */
    id: number;
    type: CollectionType;
    className: string;
    /** Of an emitter or target: the event with the most listeners. */
    event?: string;
    /** Absent when the walk did not come to it. */
    holder?: ProbeHolder;
    /** At this read; the first read of one also has those before. */
    sizes: { atMillis: number; entries: number }[];
    newestEntry: string;
    /** Caught since the last read. */
    insertions: ProbeFrame[][];
  }[];
}

/** What `installProbe` leaves with our session: reachable through a remote object only. */
export interface ProbeHandle {
  sample(): ProbeSample;
  readAsync(): ProbeAsyncRead;
  /** Watches the creation of these async_hooks types, too, from now on. */
  watchAlso(types: string[]): void;
  census(objects: Iterable<object>, deadlineMillis: number): ProbeCensus;
  /** Watches the collections that the program can be seen to hold. */
  walk(deadlineMillis: number, longestChain: number): ProbeWalk;
  readCollections(atMillis: number, trapTop: number): ProbeCollections;
  /** Begins to look for pools and agents, in slices. */
  findPools(budgetMillis: number, isDataOnly: boolean): void;
  readPools(): ProbePools;
  startPoolWatch(): void;
  stopPoolWatch(): ProbeThreadPool;
  /** Of requests that have waited long for their answer: the handlers that routers remember in them. */
  lastingHandlers(): ProbeHandlers;
  growingObjects(): (object | null)[];
  functionsOf(classes: string[]): (object | null)[];
  beat(): number;
  /** Collections between these two are ours: a heap read or a census forced them. */
  ownPauseBegins(): void;
  ownPauseEnds(): void;
  stop(): void;
}
