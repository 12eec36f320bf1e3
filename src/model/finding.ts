// The report and its findings: the public JSON contract, version 1. Fields are added within a version, never
// renamed. Absent means unknown; unknown is never 0.
import type { Crash } from './crash.ts';
import type { RetainerPath } from './heap/heap-report.ts';
import type { AliveKind } from './keep-alive.ts';

/** Every cause culprit can name; findings/kinds.ts says what each is. */
export const FINDING_KINDS = [
  'cpu-hotspot',
  'event-loop-block',
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
  'child-process-leak',
  'worker-leak',
  'pool-exhaustion',
  'request-pileup',
  'connection-churn',
  'threadpool-saturation',
  'dns-slow',
  'cpu-throttled',
  'memory-limit-risk',
  'fd-limit-risk',
  'pids-limit-risk',
  'configuration',
  'crash',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export const SEVERITIES = ['notice', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a finding is about: the line, endpoint, collection or limit the reader can change. */
export interface Subject {
  type:
    | 'function'
    | 'collection'
    | 'socket'
    | 'file'
    | 'process'
    | 'thread'
    | 'memory'
    | 'limit'
    | 'pool'
    | 'request'
    | 'host'
    | 'setting'
    | 'error'
    | 'dependency';
  /** The thing itself: a function, a variable, an endpoint, a path pattern, a command. */
  name: string;
  function: string | null;
  /** As a person would write it: relative to the target's working directory where it is inside it. */
  file: string | null;
  /** 1-based. */
  line: number | null;
  /** 1-based. */
  column: number | null;
  /** `name@version` when the line belongs to a package, null for the application's own code. */
  package: string | null;
  /** 0 is the main thread. */
  thread: number;
}

/** What it costs, in units people feel. */
export interface Impact {
  metric:
    | 'cpu'
    | 'event-loop'
    | 'gc'
    | 'heap'
    | 'external'
    | 'native'
    | 'memory'
    | 'timers'
    | 'sockets'
    | 'fds'
    | 'processes'
    | 'threads'
    | 'connections'
    | 'waiting'
    | 'requests'
    | 'thread-pool'
    | 'lookups'
    | 'throttling'
    | 'configuration'
    | 'crashes';
  value: number;
  unit: 'share' | 'ms' | 'bytes' | 'bytes/s' | 'per second' | 'count';
  /** 0..1: this cause's part of all that moved in the same metric. */
  share?: number;
  /** Seconds until the limit is met at this rate. */
  exhaustionSeconds?: number;
  /** The limit in words: "heap limit 256 MB". */
  limit?: string;
}

export interface Evidence {
  /** Which capture says so: "cpu-profile", "heap-sampling", "async-resources", "proc", ... */
  source: string;
  statement: string;
  value?: number;
  unit?: string;
}

/** One ranked cause. */
export interface Finding {
  rank: number;
  kind: FindingKind;
  /** Stable across runs and commits: a hash of kind and subject, without line numbers. */
  fingerprint: string;
  severity: Severity;
  /** 0..1. Of the findings said at 0.9, nine in ten should be right. */
  confidence: number;
  /** findings/rank.ts; strictly decreasing in rank. */
  score: number;
  title: string;
  subject: Subject;
  impact: Impact;
  evidence: Evidence[];
  /** From a heap snapshot: who holds what piles up, from the variable down to it. Absent without a snapshot. */
  retainerPath?: RetainerPath;
  /** Symptoms this cause explains, which are therefore not findings of their own. */
  symptoms: string[];
  innocentExplanation: string;
  advice: string[];
  caveats: string[];
  /** Links to the documentation that says so. */
  references?: string[];
  /** How the process ended: only of kind `crash`. */
  crash?: Crash;
}

/** A rule that could not judge, and why: silence is never mistaken for health. */
export interface NotApplicable {
  kind: FindingKind;
  reason: string;
}

/** Things that keep an event loop alive, alike in what they are and in who waits for them. No cause: a list. */
export interface KeptAliveBy {
  kind: AliveKind;
  count: number;
  /** "a server that listens on 127.0.0.1:8080" */
  statement: string;
  /** A few single ones: pids, peers. */
  examples: string[];
  /** What the function below is to it: "callback", "'data' listener"; "" when no function is known. */
  through: string;
  function: string | null;
  file: string | null;
  line: number | null;
  column: number | null;
  package: string | null;
  /** 0 is the main thread; what keeps a worker alive keeps the process alive through it. */
  thread: number;
  advice: string;
}

export interface KeepsAlive {
  summary: string;
  /** Empty: nothing that counts. */
  by: KeptAliveBy[];
  /** What is there and does not count, and what could not be listed. */
  notes: string[];
}

/** Of an audit: one thing that was looked at. */
export interface AuditCheck {
  check: string;
  outcome: 'ok' | 'finding' | 'unknown';
  /** What was found; for unknown, why it cannot be told. */
  value: string;
}

/** How ready a process is for production, 1 to 5: findings/audit-level.ts says what each level demands. */
export interface Audit {
  level: number;
  meaning: string;
  /** One line each; empty at the highest level. */
  missingForNext: string[];
  checked: AuditCheck[];
}

export type Verdict = 'findings' | 'healthy' | 'too-little-data';

export interface ReportTarget {
  pid: number | null;
  nodeVersion: string | null;
  title: string | null;
  /** Where it runs, when it was reached over a link: a pod and its container, or a host. */
  location?: string;
  uptimeSeconds: number | null;
  threads: { id: number; name: string }[];
  /** null outside a container. */
  container: ReportContainer | null;
}

/** Limits, and what was used of them at the end of the look. */
export interface ReportContainer {
  memoryLimitBytes: number | null;
  cpuQuotaCores: number | null;
  pidsLimit: number | null;
  cgroupVersion?: 1 | 2;
  /** Of all processes of the container but for the last group. */
  memory?: {
    /** Everything that is charged, page cache included. */
    usageBytes: number;
    /** Usage without page cache that was not used lately: what a kubelet shows and evicts by. */
    workingSetBytes?: number;
    /** What cannot be given back: anonymous, tmpfs, sockets, kernel. */
    unreclaimableBytes?: number;
    anonBytes?: number;
    pageCacheBytes?: number;
    /** Of the page cache. */
    mappedFileBytes?: number;
    /** Of the page cache: tmpfs and shared memory. */
    sharedBytes?: number;
    socketBytes?: number;
    kernelBytes?: number;
    swapBytes?: number;
    peakBytes?: number;
    /** Of it, culprit's own. */
    ownBytes?: number;
    /** Of the target process alone. */
    rssBytes?: number;
    rssAnonBytes?: number;
    rssFileBytes?: number;
    heapUsedBytes?: number;
    heapTotalBytes?: number;
    externalBytes?: number;
  };
  /** Since the container began. */
  oomKills?: number;
  /** Share of the scheduler's periods in which the quota stopped it, 0..1. */
  throttledShare?: number;
  /** Processes and threads. */
  pids?: number;
  /** Of the target process, which has this soft limit. */
  fds?: number;
  fdLimit?: number;
}

export interface ReportCapture {
  startedAt: string | null;
  durationMillis: number;
  steps: string[];
  files: { kind: string; thread: number; path: string }[];
  overhead: {
    /** Each time we held the target's main thread, in order. */
    pausesMillis: number[];
    eventLoopDelayBeforeMillis?: number;
    eventLoopDelayDuringMillis?: number;
    ownFds?: number;
  };
  /** True when the target was left as found; null when nothing was attached. */
  restored: boolean | null;
  warnings: string[];
}

export interface Report {
  schemaVersion: 1;
  tool: { name: 'culprit'; version: string };
  target: ReportTarget;
  capture: ReportCapture;
  verdict: Verdict;
  /** Why, in one sentence; for too little data also what would be enough. */
  verdictReason: string;
  findings: Finding[];
  notApplicable: NotApplicable[];
  /** Only when asked for. */
  keepsAlive?: KeepsAlive;
  /** Only of `culprit audit`. */
  audit?: Audit;
  warnings: string[];
}
