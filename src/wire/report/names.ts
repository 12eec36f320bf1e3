// The closed lists of names that reports are made of. No validator is loaded with them, so that what judges, renders and
// exits by them starts fast.

/** Every cause culprit can name; findings/kinds.ts says what each is. */
export const FINDING_KINDS = [
  'cpu-hotspot',
  'event-loop-block',
  'slowdown',
  'gc-pressure',
  'heap-leak',
  'listener-leak',
  'timer-leak',
  'promise-leak',
  'async-context-leak',
  'external-memory-leak',
  'native-memory-growth',
  'code-growth',
  'socket-leak',
  'fd-leak',
  'watcher-leak',
  'handle-leak',
  'child-process-leak',
  'worker-leak',
  'pool-exhaustion',
  'request-pileup',
  'connection-churn',
  'threadpool-saturation',
  'dns-slow',
  'cpu-throttled',
  'cpu-starved',
  'memory-throttled',
  'memory-limit-risk',
  'fd-limit-risk',
  'pids-limit-risk',
  'configuration',
  'crash',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** The least first. */
export const SEVERITIES = ['notice', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What ended a process. A clean exit is no crash, and so no label. */
export const CRASH_LABELS = [
  'heap-limit',
  'container-oom',
  'out-of-memory',
  'uncaught-exception',
  'unhandled-rejection',
  'native-crash',
  'startup-failure',
  'dependency-unreachable',
  'dependency-auth',
  'killed-by-probe',
  'terminated',
  'unknown',
] as const;
export type CrashLabel = (typeof CRASH_LABELS)[number];

export const CRASH_COMPONENTS = [
  'database',
  'cache',
  'queue',
  'network',
  'file',
  'code',
  'memory',
  'config',
] as const;
export type CrashComponent = (typeof CRASH_COMPONENTS)[number];

/** What can keep an event loop alive. */
export const ALIVE_KINDS = [
  'interval',
  'timeout',
  'immediate',
  'server',
  'socket',
  'udp-socket',
  'child-process',
  'worker',
  'watcher',
  'message-port',
  'stdio',
  'ipc',
  'request',
  'other',
] as const;
export type AliveKind = (typeof ALIVE_KINDS)[number];

/** What the reader owns and what keeps all the rest of a path through the heap. */
export const HEAP_OWNER_KINDS = ['module-variable', 'module-export', 'global', 'timer', 'engine'] as const;
export type HeapOwnerKind = (typeof HEAP_OWNER_KINDS)[number];

export const HEAP_STEP_KINDS = [
  /** A property with a name, private ones and symbols included. */
  'property',
  /** A slot of a collection: its key is data, so it is not kept. */
  'entry',
  /** A variable that a function closed over; `place` is that function's. */
  'variable',
  /** A listener of an event; `name` is the event. */
  'listener',
  /** Something that waits for a promise. */
  'reaction',
  /** A call that is suspended at an await or yield; `place` is its function's. */
  'suspended-call',
  /** Anything else that V8 has between the two. */
  'internal',
] as const;
export type HeapStepKind = (typeof HEAP_STEP_KINDS)[number];

/** What a heap snapshot is of: a program of Node.js (Electron and Deno included), a page in a browser, or Bun. */
export const HEAP_PROGRAMS = ['node', 'page', 'bun'] as const;
export type HeapProgram = (typeof HEAP_PROGRAMS)[number];

export const HEAP_COLLECTION_KINDS = [
  'map',
  'set',
  'array',
  'object-as-map',
  'listeners',
  'promise-reactions',
  'timers',
  'linked-list',
  /** Things of one class that hang at one holder, whatever it is. */
  'alike',
  'other',
] as const;
export type HeapCollectionKind = (typeof HEAP_COLLECTION_KINDS)[number];

/** Whose code it is: what the reader can change, what they installed, Node's own, or V8 and the machine. */
export const FRAME_OWNERS = ['app', 'library', 'node', 'native'] as const;
export type FrameOwner = (typeof FRAME_OWNERS)[number];

/** What a comparison compares. Names are what people write in gates: "cpu.total>3%". */
export const METRIC_NAMES = [
  'cpu.total',
  'cpu.code',
  'cpu.gc',
  'cpu.native',
  'alloc.perRequest',
  'alloc.perSecond',
  'gc.pause',
  'loop.delay',
  'latency.p50',
  'latency.p99',
  'throughput',
  'heap.floor',
  'heap.leak',
  'heap.live',
  'rss.after',
  'handles.after',
  'fds.after',
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** `unsure`: what was measured cannot tell; more runs could. */
export const CHANGE_VERDICTS = ['different', 'same', 'unsure'] as const;
export type ChangeVerdict = (typeof CHANGE_VERDICTS)[number];

/** `unmeasured`: the rule is about something that is not in what was compared; it never passes. */
export const GATE_OUTCOMES = ['pass', 'fail', 'unsure', 'unmeasured'] as const;
export type GateOutcome = (typeof GATE_OUTCOMES)[number];

/** What was profiled, as far as the profile tells. A script is also a build: what runs to its end. */
export const PROGRAM_KINDS = [
  'server',
  'script',
  'test-run',
  'benchmark',
  'worker',
  'page',
  'react-native',
  'unknown',
] as const;
export type ProgramKind = (typeof PROGRAM_KINDS)[number];

/** What is drawn over time in an HTML report. Bytes, but for: delays in ms, `cpu` in cores, the rest in words. */
export const SERIES_NAMES = [
  'heap-after-gc',
  'heap-used',
  'heap-total',
  'external',
  'rss',
  'rss-anonymous',
  'rss-file',
  'loop-delay',
  'loop-delay-longest',
  /** Share of the time in which the event loop was busy, 0..1. */
  'loop-busy',
  'cpu',
  /** Milliseconds of pauses a second. */
  'gc-pauses',
  /** Answered a second. */
  'requests',
  /** Of libuv, with Node's timers. */
  'handles',
  'fds',
  'threads',
] as const;
export type SeriesName = (typeof SERIES_NAMES)[number];

export const GROWTH_KINDS = ['collection', 'sockets', 'files', 'processes', 'resources'] as const;
export type GrowthKind = (typeof GROWTH_KINDS)[number];

/** The most that an HTML report holds of each, so that a long look stays small. */
export const PICTURE_BOUNDS = {
  series: 40,
  /** Of one series. */
  points: 600,
  growth: 24,
  growthPoints: 120,
  pools: 12,
  /** Threads. */
  flames: 8,
  /** Of one thread. */
  flameNodes: 4_000,
  sourceLines: 600,
} as const;
