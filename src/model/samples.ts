// What was counted at each moment of a capture, from outside (/proc) and from inside the target. Pure data.
// Every field that a platform, Node version or permission may withhold is optional: absent is unknown, never 0.
import type { Frame } from './frame.ts';

/** Sockets of one kind, grouped as people speak of them. */
export interface SocketGroup {
  family: 'tcp' | 'udp' | 'unix';
  /** For TCP: ESTABLISHED, CLOSE_WAIT, LISTEN, ... */
  state: string;
  /** inbound: accepted on a port we listen on. */
  direction: 'inbound' | 'outbound' | 'listening' | 'unknown';
  /** Remote `address:port` for outbound, own listening port (":8080") for inbound and listening. */
  endpoint: string;
  count: number;
  /** Bytes waiting to be read by the program, summed. */
  receiveQueueBytes?: number;
  sendQueueBytes?: number;
  /** Of those whose age is known: the oldest, since we first saw it. */
  oldestMillis?: number;
  /** How many we have seen for longer than this. */
  olderThan5s?: number;
  olderThan30s?: number;
  /** How many were there at our first look already. */
  fromStart?: number;
  /** TCP: how many wait for an answer to what was sent more than once. */
  resending?: number;
  /** TCP: how many may not send, because the other side does not read. */
  windowFull?: number;
}

/**
 * What the kernel counts for all TCP of the process's network namespace: of its container, or of the whole machine.
 * Counted since the namespace began, except for `timeWait`.
 */
export interface TcpCounters {
  segmentsSent?: number;
  segmentsResent?: number;
  /** Established connections that ended by a reset. */
  establishedResets?: number;
  resetsSent?: number;
  /** Connections begun from here. */
  outgoingOpens?: number;
  /** Of connections begun from here or accepted: those that never came about. */
  failedOpens?: number;
  /** Clients turned away because the accept queue of a port was full. */
  listenOverflows?: number;
  /** As above, and for all other reasons. */
  listenDrops?: number;
  /** Times that an answer did not come in time. */
  timeouts?: number;
  /** Connections in TIME_WAIT now. */
  timeWait?: number;
}

/** Open file descriptors of one sort: "/tmp/uploads-#/#.jpg", "pipe", "inotify", "socket", ... */
export interface FdGroup {
  kind:
    | 'file'
    | 'deleted-file'
    | 'directory'
    | 'device'
    | 'pipe'
    | 'socket'
    | 'inotify'
    | 'eventfd'
    | 'epoll'
    | 'io_uring'
    | 'other';
  /** A path with the parts that vary replaced by `#`, or the kind. */
  pattern: string;
  count: number;
}

export interface ChildProcess {
  pid: number;
  /** Program and the start of its arguments. */
  command: string;
  /** R, S, D, Z (zombie), T ... */
  state: string;
  /** Clock ticks since boot: with the pid, an identity. */
  startTicks: number;
}

/** From outside, without the target's help. */
export interface PassiveSample {
  /** Since the capture began. */
  atMillis: number;
  rssBytes?: number;
  rssAnonBytes?: number;
  rssFileBytes?: number;
  threads?: number;
  /** User and system time of the whole process. */
  cpuMicros?: number;
  threadCpu?: ThreadCpu;
  fdCount?: number;
  fdSoftLimit?: number;
  fds?: FdGroup[];
  sockets?: SocketGroup[];
  tcp?: TcpCounters;
  children?: ChildProcess[];
  cgroup?: CgroupSample;
}

/** User and system time of the threads that are there now, by what Node uses them for. */
export interface ThreadCpu {
  mainMicros: number;
  /** V8's own: collecting garbage, compiling. */
  helperMicros: number;
  /** libuv's pool, where Node names its threads (22 and newer). */
  poolMicros: number;
  /** Worker threads, native libraries; before Node 22 also libuv's pool. */
  otherMicros: number;
}

/**
 * Counters of the cgroup whose limit binds: the container's, or the one around it. Memory in bytes; what is counted
 * rises since the group began.
 */
export interface CgroupSample {
  version: 1 | 2;
  memoryLimitBytes?: number;
  /** Version 2: above this the kernel slows the group down and takes memory back. */
  memoryHighBytes?: number;
  /** Everything charged to the group, page cache included. */
  memoryUsageBytes?: number;
  /** The most that `memoryUsageBytes` has been. */
  memoryPeakBytes?: number;
  /** Memory that belongs to no file: heaps, buffers, stacks. Without swap it cannot be given back. */
  memoryAnonBytes?: number;
  /** Page cache, shared memory included. */
  memoryFileBytes?: number;
  /** Of the page cache: mapped into a process, such as the node binary. */
  memoryMappedBytes?: number;
  /** Of the page cache: tmpfs and shared memory, which cannot be given back. */
  memorySharedBytes?: number;
  memorySocketBytes?: number;
  /** Stacks, page tables and slabs of the kernel. */
  memoryKernelBytes?: number;
  memorySlabBytes?: number;
  /** Of the slabs: caches that are given back. */
  memorySlabReclaimableBytes?: number;
  /** Page cache that was not used lately; usage without it is the working set, by which a kubelet evicts. */
  memoryInactiveFileBytes?: number;
  swapBytes?: number;
  /** What culprit itself uses, where it runs in the same group: to be taken off. */
  ownAnonBytes?: number;
  ownCpuMicros?: number;
  swapLimitBytes?: number;
  /** Time in which some, and in which all, tasks of the group waited for memory. */
  memoryStallMicros?: number;
  memoryFullStallMicros?: number;
  cpuQuotaCores?: number;
  /** The quota is given anew each so often. */
  cpuPeriodMicros?: number;
  /** Version 2, 1 to 10,000, usually 100. */
  cpuWeight?: number;
  /** Version 1, usually 1,024 for a core. */
  cpuShares?: number;
  /** CPU time of all tasks of the group. */
  cpuUsageMicros?: number;
  throttledPeriods?: number;
  periods?: number;
  throttledMicros?: number;
  /** Time in which some task of the group was ready to run and had no CPU. */
  cpuStallMicros?: number;
  pidsLimit?: number;
  /** Processes and threads. */
  pidsCurrent?: number;
  /** Processes of the group, and of groups below it, that the kernel ended for want of memory. */
  oomKills?: number;
  /** Of this group alone. */
  oomKillsLocal?: number;
  /** Times that it ended the whole group at once. */
  oomGroupKills?: number;
}

/** From inside the target, one thread. Interval values cover the time since the sample before. */
export interface RuntimeSample {
  atMillis: number;
  thread: number;
  /** True when taken right after a full GC (with a heap read): `heapUsedBytes` is then the floor. */
  afterGc: boolean;
  /** The same moment by the clock of CPU profiles. */
  clockMicros?: number;
  rssBytes?: number;
  heapUsedBytes?: number;
  /** Of these, about what our own probe holds. */
  ownHeapBytes?: number;
  heapTotalBytes?: number;
  heapLimitBytes?: number;
  externalBytes?: number;
  arrayBuffersBytes?: number;
  mallocedBytes?: number;
  /** Used by V8's old and large-object spaces: what survived two minor collections, garbage included. */
  oldGenerationBytes?: number;
  /** Share of the interval in which the event loop was busy, 0..1. */
  utilization?: number;
  eventLoopDelayMillis?: { mean: number; p50: number; p99: number; max: number };
  gc?: { count: number; majorCount: number; pauseMillis: number; longestPauseMillis: number };
  /** How long trivial operations waited for a thread of libuv's pool, each; the event loop's delay included. */
  poolWaitsMillis?: number[];
  /** User and system time of the whole process, all its threads, since it began. */
  cpuMicros?: number;
  /** How long culprit itself held the thread in the interval: its reads make V8 collect garbage. */
  ownPauseMillis?: number;
  /** HTTP requests answered; of these, how many with a status of 500 or more. */
  requests?: { answered: number; failed: number };
  /** About what was allocated. */
  allocatedBytesPerSecond?: number;
  /** Name lookups that ended, by name and call. */
  lookups?: Lookup[];
  /** libuv handles and requests and Node's timers, by type ("Timeout", "TCPSocketWrap", ...). */
  resources?: Record<string, number>;
}

/** Lookups of one name over an interval. */
export interface Lookup {
  name: string;
  /** "lookup" goes through the thread pool, "queryA" and the like do not. */
  call: string;
  count: number;
  totalMillis: number;
  longestMillis: number;
}

/** Caught from within: where a thread was that gave its event loop no turn for about a second. */
export interface StuckStack {
  thread: number;
  atMillis: number;
  frames: Frame[];
}

/** A limit the process runs against, found at the start. */
export interface Limits {
  heapLimitBytes?: number;
  memoryLimitBytes?: number;
  fdSoftLimit?: number;
}
