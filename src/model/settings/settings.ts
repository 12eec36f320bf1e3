// How a process is set up, as read from it and from outside at one moment: facts only, plain JSON. They are judged
// elsewhere (findings/configuration), perhaps on another machine. Absent is unknown; null is "no limit".
import type { Warning } from '../../wire/warning.ts';

export const SETTINGS_FORMAT = 'culprit-settings';
export const SETTINGS_VERSION = 1;

/** One listening server. Times in milliseconds, as the program set them; 0 means off. */
export interface ServerSettings {
  kind: 'http' | 'https' | 'http2';
  port?: number;
  address?: string;
  keepAliveMillis?: number;
  headersMillis?: number;
  requestMillis?: number;
  socketMillis?: number;
  checkingMillis?: number;
  maxRequestsPerSocket?: number;
  maxConnections?: number;
}

/** An agent for outgoing HTTP. */
export interface AgentSettings {
  /** "http.globalAgent", or where it was met. */
  name: string;
  keepAlive?: boolean;
  /** null: no limit. */
  maxSockets?: number | null;
  maxFreeSockets?: number | null;
  timeoutMillis?: number;
  /** Requests on their way or waiting for a socket, at the end of the look. */
  requests: number;
}

/** What handlers of a fatal event do, read from their text: whether one ends the process, or all only log. */
export interface FatalHandlers {
  count: number;
  /** Of those, how many only write to a log or do nothing. */
  swallowing: number;
  ending: number;
}

/** What was read inside. */
export interface InnerSettings {
  flags: string[];
  env: { NODE_ENV?: string; UV_THREADPOOL_SIZE?: string; NODE_OPTIONS?: string };
  servers: ServerSettings[];
  /** Servers beyond those listed. */
  moreServers: number;
  agents: AgentSettings[];
  /** Requests that this process waits for, at the end of the look. */
  outgoing: {
    inFlight: number;
    /** Nothing ends them: they have no timeout, or nobody listens for it. */
    withoutTimeout: number;
    /** Of which it cannot be told. */
    unclear?: number;
    /** Of those without a timeout, how many were there at the begin of the look already. */
    lastingWithoutTimeout: number;
    hosts: string[];
  };
  fetchDispatcher?: string;
  signals: { SIGTERM?: number; SIGINT?: number };
  unhandledRejection?: FatalHandlers;
  uncaughtException?: FatalHandlers;
  cores?: number;
  totalMemoryBytes?: number;
  heapLimitBytes?: number;
  heapUsedBytes?: number;
  /** What V8 has taken from the system for it. */
  heapTotalBytes?: number;
  /** Work that waits for or uses the thread pool: the lesser of two looks. */
  poolRequests?: number;
  report?: { onFatalError?: boolean; onUncaughtException?: boolean; onSignal?: boolean };
  sourceMaps?: boolean;
  /** Host that the inspector listens on, only where it was open before we came. */
  inspectorHost?: string;
  maxHeaderBytes?: number;
  /** How late the event loop was in the short look, and how long that look was. */
  loopDelay?: { lookMillis: number; p99Millis: number; maxMillis: number };
  /** Files of the program that are loaded, a few of them: absolute paths. */
  files: string[];
}

/** What was read outside: /proc, cgroup, files. All absent for a process that is elsewhere. */
export interface OuterSettings {
  uid?: number;
  /** The number it has in its innermost PID namespace. */
  pidInside?: number;
  /** The words before it, from PID 1 down to its parent, by program name; only where all of them are wrappers. */
  startedThrough?: string[];
  fdSoftLimit?: number;
  fdCount?: number;
  memoryLimitBytes?: number;
  /** Of the container: what is no file and cannot be given back, without our own. */
  memoryAnonBytes?: number;
  cpuQuotaCores?: number;
  /** null: no limit. Processes and threads of the container. */
  pidsLimit?: number | null;
  /** Cores that the process used in the look, all its threads. */
  cpuUsedCores?: number;
  /** In the look. */
  throttling?: { periods: number; throttledPeriods: number };
  /** Of the files that were read: how many, how many read NODE_ENV, and one that has a source map. */
  filesRead?: number;
  readsNodeEnv?: string;
  transpiled?: string;
}

/** How long a copy took to end after SIGTERM. */
export interface DrillResult {
  of: 'copy' | 'target';
  /** Absent: it had not ended when the time was up. */
  tookMillis?: number;
  waitedMillis: number;
  endedBy?: string;
}

export interface Settings {
  format: typeof SETTINGS_FORMAT;
  version: typeof SETTINGS_VERSION;
  takenAt: string;
  process: { pid: number; nodeVersion: string; title: string; uptimeSeconds: number };
  look: { durationMillis: number; pausesMillis: number[]; restored: boolean; warnings: Warning[] };
  inner: InnerSettings;
  outer: OuterSettings;
  drill?: DrillResult;
}

/** "22.11.0" or "v22.11.0" to 22; undefined for anything else. */
export function majorOf(nodeVersion: string): number | undefined {
  const major = /^v?(\d+)\./.exec(nodeVersion)?.[1];
  return major === undefined ? undefined : Number(major);
}
