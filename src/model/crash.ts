// How a process ended, as a finding tells it.

/** What ended it. A clean exit is no crash, and so no label. */
export const CRASH_LABELS = [
  'heap-limit',
  'container-oom',
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

/** One error of a chain. */
export interface CrashCause {
  /** "SyntaxError"; "" for what is no Error. */
  name: string;
  message: string;
  /** "ECONNREFUSED"; null is none. */
  code: string | null;
  function: string | null;
  file: string | null;
  /** 1-based. */
  line: number | null;
}

export interface Crash {
  label: CrashLabel;
  /** A hint: null when nothing points anywhere. */
  component: { name: CrashComponent; confidence: number; reason: string } | null;
  /** The error that ended the process, what caused it, and so on: the last is the first cause. Empty without one. */
  causes: CrashCause[];
  exitCode: number | null;
  signal: string | null;
  /** How often it was seen. */
  occurrences: number;
  /** As the log has it; null is unknown. */
  firstSeen: string | null;
  lastSeen: string | null;
  /** Pods or services it happened in; empty where the log does not tell them apart. */
  writers: string[];
  /** Of the container, as its status says; null is unknown. */
  restarts: number | null;
  /** The words of the log that matter. */
  lines: string[];
}
