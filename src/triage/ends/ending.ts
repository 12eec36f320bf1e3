// How one life of a process ended: what the log says of it, piece by piece, before anything is concluded.

import type { GcTrace } from '../read/gc-trace.ts';
import type { CrashError } from './crash-error.ts';

/** One thing that a log, a status or a report says of an end. `lines` are the words themselves. */
export type EndEvent = { lines: string[] } & (
  | {
      kind: 'uncaught';
      error: CrashError;
      isRejection: boolean;
      /** "/app/app.js:3", as printed above the source line; "" when nothing was printed. */
      place: string;
      /** False: the same text may have been printed by a program that went on. */
      isCertain: boolean;
    }
  /** An error that the program itself wrote; one without a stack is a message. `isLast`: nothing was written after it. */
  | { kind: 'logged'; error: CrashError | null; message: string; isFatal: boolean; isLast: boolean }
  | { kind: 'heap-limit'; reason: string; gc: GcTrace | null; isCertain: boolean }
  | { kind: 'native'; what: string; isCertain: boolean }
  | { kind: 'bad-option'; option: string }
  | { kind: 'unsettled-await'; place: string }
  | { kind: 'kernel-oom'; pid: number | null; rssBytes: number | null }
  /** Told by a shell, a supervisor, npm or a status: absent code and signal are unknown. */
  | { kind: 'exit'; code: number | null; signal: string | null; teller: string }
  /** From a pod's status, its events or a diagnostic report: sentences that need no further reading. */
  | { kind: 'told'; label: ToldLabel; statement: string }
);
export type ToldLabel = 'container-oom' | 'killed-by-probe' | 'startup-failure' | 'evicted' | 'grace-period';

/** The container that ended, where a status tells it. */
export interface EndedContainer {
  pod: string;
  container: string;
  restarts: number;
  /** null is no limit, or unknown. */
  memoryLimitBytes: number | null;
  /** ISO 8601; "" is unknown. */
  startedAt: string;
  finishedAt: string;
}

export interface Ending {
  /** The pod or service it is about; "" when there is only one. */
  writer: string;
  events: EndEvent[];
  /** ISO 8601 or as the log has it; "" is unknown. */
  firstTime: string;
  lastTime: string;
  /** "22.3.0"; "" is unknown. */
  nodeVersion: string;
  /** "node --max-old-space-size=200 app.js"; "" is unknown. */
  commandLine: string;
  /** What the program wrote last, oldest first. */
  tail: string[];
  /** The one address that errors logged shortly before name; null for none or several. */
  nearby: CrashError | null;
  /** null is unknown. */
  container: EndedContainer | null;
  /** Only a status tells of it: none of the logs is known to be its own. */
  isLogUnknown: boolean;
}

/** An end of which nothing is known. */
export const NO_ENDING: Ending = {
  writer: '',
  events: [],
  firstTime: '',
  lastTime: '',
  nodeVersion: '',
  commandLine: '',
  tail: [],
  nearby: null,
  container: null,
  isLogUnknown: false,
};

type Kind = EndEvent['kind'];
const ROOTS: readonly Kind[] = ['uncaught', 'heap-limit', 'bad-option', 'unsettled-await'];

/** True for what says why, and not only that. */
export const isRoot = ({ kind }: EndEvent) => ROOTS.includes(kind);

/** The event of that kind that came first. */
export function eventOf<K extends Kind>(ending: Ending, kind: K): Extract<EndEvent, { kind: K }> | undefined {
  return ending.events.find((event): event is Extract<EndEvent, { kind: K }> => event.kind === kind);
}

/** The exit code that something tells; a signal's is 128 and its number. null is unknown. */
export function exitOf(ending: Ending): { code: number | null; signal: string | null } {
  const exits = ending.events.filter((event) => event.kind === 'exit');
  const code = exits.find((event) => event.code !== null)?.code ?? null;
  const signal = exits.find((event) => event.signal !== null)?.signal ?? null;
  return { code, signal: signal ?? (code === null ? null : (SIGNALS[code - SIGNAL_BASE] ?? null)) };
}

/** A shell's exit code of a process that a signal ended is this and the signal's number. */
const SIGNAL_BASE = 128;

/** Of Linux, whatever the machine that reads the log. */
const SIGNALS: Record<number, string> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** "SIGKILL" of 9, "KILL", "9" or "SIGKILL"; null for 0 and what is no signal. */
export function signalName(word: string | number): string | null {
  const text = String(word).toUpperCase();
  if (/^\d+$/.test(text)) return SIGNALS[Number(text)] ?? null;
  if (text === 'ABRT' || text === 'SIGABRT') return 'SIGABRT';
  return /^(SIG)?[A-Z]{3,5}$/.test(text) ? (text.startsWith('SIG') ? text : `SIG${text}`) : null;
}
