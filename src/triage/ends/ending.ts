// How one life of a process ended: what the log says of it, piece by piece, before anything is concluded.

import type { GcTrace } from '../read/gc-trace.ts';
import type { CrashError } from './crash-error.ts';

/** What tells one process from others: how it is called, and its id. "" and 0 are unknown. */
export interface ProcessMark {
  /** Of a container, service or app; ":2" is PM2's app 2, whatever its name. */
  name: string;
  pid: number;
}

/** One thing that a log, a status or a report says of an end. */
export type EndEvent = {
  /** The words themselves. */
  lines: string[];
  /** Absent where nothing tells which process it is about. */
  process?: ProcessMark;
  /** "echo": it says again and again that something has ended. "hint": it explains an end, and is none. Absent: an end. */
  weight?: 'echo' | 'hint';
} & (
  | {
      kind: 'uncaught';
      error: CrashError;
      isRejection: boolean;
      /** True where it is told that it was thrown; otherwise its stack may still show a rejection. */
      isThrown?: boolean;
      /** "/app/app.js:3", as printed above the source line; "" when nothing was printed. */
      place: string;
      /** False: the same text may have been printed by a program that went on. */
      isCertain: boolean;
    }
  /** An error that the program itself wrote; one without a stack is a message. `isLast`: nothing was written after it. */
  | { kind: 'logged'; error: CrashError | null; message: string; isFatal: boolean; isLast: boolean }
  | {
      kind: 'heap-limit';
      reason: string;
      gc: GcTrace | null;
      /** "an array": one object that V8 could not make larger, in a heap that was not full. null: the heap was full. */
      tooLarge: string | null;
      /** `tooLarge` follows from the sizes in a report, not from words of V8: it may also be the limit of the heap that was in the way. */
      isTooLargeInferred?: true;
      isCertain: boolean;
    }
  | { kind: 'native'; what: string; isCertain: boolean }
  | { kind: 'bad-option'; option: string }
  | { kind: 'unsettled-await'; place: string }
  /** `isLimit`: its container or service reached its limit; otherwise the machine had no memory left. */
  | { kind: 'kernel-oom'; rssBytes: number | null; isLimit: boolean }
  /** Told by a shell, a supervisor, npm or a status: absent code and signal are unknown. */
  | { kind: 'exit'; code: number | null; signal: string | null; teller: string }
  /** From a status or a platform: sentences that need no further reading. */
  | { kind: 'told'; label: ToldLabel; statement: string; teller: string }
);
export type ToldLabel =
  | 'container-oom'
  | 'out-of-memory'
  | 'killed-by-probe'
  | 'startup-failure'
  | 'evicted'
  | 'grace-period'
  | 'timeout'
  | 'stopped'
  | 'restart-loop';

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
  /** A diagnostic report tells of it, which Node writes beside the words in the log. */
  isReport: boolean;
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
  isReport: false,
};

type Kind = EndEvent['kind'];
const ROOTS: readonly Kind[] = ['uncaught', 'heap-limit', 'bad-option', 'unsettled-await'];

/** True for what says why, and not only that. */
export const isRoot = ({ kind }: EndEvent) => ROOTS.includes(kind);

/** What tells of the end before what only repeats or explains it. */
export function toldOf(ending: Ending, ...labels: ToldLabel[]) {
  const found = ending.events.filter((event) => event.kind === 'told' && labels.includes(event.label));
  const first = found.find(({ weight }) => weight === undefined) ?? found[0];
  return first?.kind === 'told' ? first : undefined;
}

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
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  31: 'SIGSYS',
};

/** "SIGKILL" of 9, "KILL", "9" or "SIGKILL"; null for 0 and what is no signal. */
export function signalName(word: string | number): string | null {
  const text = String(word).toUpperCase();
  if (/^\d+$/.test(text)) return SIGNALS[Number(text)] ?? null;
  if (text === 'NULL') return null;
  if (text === 'ABRT' || text === 'SIGABRT') return 'SIGABRT';
  return /^(SIG)?[A-Z]{3,5}$/.test(text) ? (text.startsWith('SIG') ? text : `SIG${text}`) : null;
}
