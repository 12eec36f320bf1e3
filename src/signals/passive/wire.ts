// What is seen of the process from outside, without its help: /proc, its sockets and children, and its cgroup.
import * as v from 'valibot';
import { amount, atMillis, count, listOf, text } from '../../wire/parts.ts';
import { cgroup } from './cgroup-wire.ts';

/** Sockets of one kind, grouped as people speak of them. */
const socketGroup = v.object({
  family: v.picklist(['tcp', 'udp', 'unix']),
  /** For TCP: ESTABLISHED, CLOSE_WAIT, LISTEN, ... */
  state: text,
  /** inbound: accepted on a port we listen on. */
  direction: v.picklist(['inbound', 'outbound', 'listening', 'unknown']),
  /** Remote `address:port` for outbound, own listening port (":8080") for inbound and listening. */
  endpoint: text,
  count,
  /** Bytes waiting to be read by the program, summed. */
  receiveQueueBytes: amount,
  sendQueueBytes: amount,
  /** Of those whose age is known: the oldest, since we first saw it. */
  oldestMillis: amount,
  /** How many we have seen for longer than this. */
  olderThan5s: amount,
  olderThan30s: amount,
  /** How many were there at our first look already. */
  fromStart: amount,
  /** TCP: how many wait for an answer to what was sent more than once. */
  resending: amount,
  /** TCP: how many may not send, because the other side does not read. */
  windowFull: amount,
});
export type SocketGroup = v.InferOutput<typeof socketGroup>;

/**
 * What the kernel counts for all TCP of the process's network namespace: of its container, or of the whole machine.
 * Counted since the namespace began, except for `timeWait`.
 */
const tcp = v.object({
  segmentsSent: amount,
  segmentsResent: amount,
  /** Established connections that ended by a reset. */
  establishedResets: amount,
  resetsSent: amount,
  /** Connections begun from here. */
  outgoingOpens: amount,
  /** Of connections begun from here or accepted: those that never came about. */
  failedOpens: amount,
  /** Clients turned away because the accept queue of a port was full. */
  listenOverflows: amount,
  /** As above, and for all other reasons. */
  listenDrops: amount,
  /** Times that an answer did not come in time. */
  timeouts: amount,
  /** Connections in TIME_WAIT now. */
  timeWait: amount,
});
export type TcpCounters = v.InferOutput<typeof tcp>;

/** Open file descriptors of one sort: "/tmp/uploads-#/#.jpg", "pipe", "inotify", "socket", ... */
const fdGroup = v.object({
  kind: v.picklist([
    'file',
    'deleted-file',
    'directory',
    'device',
    'pipe',
    'socket',
    'inotify',
    'eventfd',
    'epoll',
    'io_uring',
    'other',
  ]),
  /** A path with the parts that vary replaced by `#`, or the kind. */
  pattern: text,
  count,
});
export type FdGroup = v.InferOutput<typeof fdGroup>;

const childProcess = v.object({
  pid: count,
  /** Program and the start of its arguments. */
  command: text,
  /** R, S, D, Z (zombie), T ... */
  state: text,
  /** Clock ticks since boot: with the pid, an identity. */
  startTicks: count,
  /** It was started by a child that has ended since, and goes on. */
  isOrphan: v.optional(v.boolean()),
});
export type ChildProcess = v.InferOutput<typeof childProcess>;

/** User and system time of the threads that are there now, by what Node uses them for. */
const threadCpu = v.object({
  mainMicros: count,
  /** V8's own: collecting garbage, compiling. */
  helperMicros: count,
  /** libuv's pool, where Node names its threads (22 and newer). */
  poolMicros: count,
  /** Worker threads, native libraries; before Node 22 also libuv's pool. */
  otherMicros: count,
});
export type ThreadCpu = v.InferOutput<typeof threadCpu>;

/** A .node file in the memory maps. */
const addon = v.object({
  path: text,
  /** `name@version`; null outside of packages. */
  package: v.nullable(text),
});
export type Addon = v.InferOutput<typeof addon>;

/** Files of one path pattern that are mapped into memory many times. */
const mappedFile = v.object({ pattern: text, count });
export type MappedFile = v.InferOutput<typeof mappedFile>;

export const passiveLine = v.object({
  type: v.literal('passive'),
  atMillis,
  rssBytes: amount,
  rssAnonBytes: amount,
  rssFileBytes: amount,
  threads: amount,
  /** User and system time of the whole process. */
  cpuMicros: amount,
  threadCpu: v.optional(threadCpu),
  fdCount: amount,
  fdSoftLimit: amount,
  fds: v.optional(v.array(fdGroup)),
  sockets: v.optional(v.array(socketGroup)),
  tcp: v.optional(tcp),
  children: v.optional(v.array(childProcess)),
  cgroup: v.optional(cgroup),
  /** Native addons that were loaded; read once in a while. */
  addons: v.optional(listOf(addon)),
  /** The most mappings first; read every few samples, of many mappings only. */
  mappedFiles: v.optional(listOf(mappedFile)),
});
/** From outside, without the target's help. */
export type PassiveSample = Omit<v.InferOutput<typeof passiveLine>, 'type'>;
