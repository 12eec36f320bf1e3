// What a system tells of its processes: the one place that everything else in this room asks. Each system has its own table
// (system-table.ts chooses): Linux by /proc, macOS by ps and lsof, Windows by PowerShell.
import type { ChildProcess } from '../../model/samples.ts';
import type { ListeningPort, PortHolder } from '../proc/sockets.ts';

/** This system does not tell it. Other than undefined, which is "gone, or not ours to read". */
export interface NotHere {
  /** Why, as a clause: "Windows does not tell which signals a process handles". */
  notHere: string;
}

export function isNotHere(told: unknown): told is NotHere {
  return typeof told === 'object' && told !== null && 'notHere' in told;
}

export interface ProcessStat {
  /** Of the program; may hold anything. */
  comm: string;
  /** R running, S sleeping, D waiting for a disk, Z zombie, T stopped, t stopped by a tracer; as Linux has them. */
  state: string;
  parentPid: number;
  /** User and system time of all threads. */
  cpuMicros: number;
  /** When it started, in the unit of the system; with the pid, the identity of a process. */
  startTicks: number;
}

/** What the signal that opens the inspector would do: `uncaught` ends the process, `blocked` stays pending. */
export type SignalEffect = 'caught' | 'blocked' | 'uncaught';

export interface ProcessStatus {
  /** Real user id. */
  uid?: number;
  /** The process this thread belongs to; differs from the pid when a thread id was given. */
  threadGroup?: number;
  threads?: number;
  /** The process tracing this one (a debugger, strace), 0 for none. */
  tracerPid?: number;
  rssBytes?: number;
  rssAnonBytes?: number;
  /** The pid in each nested PID namespace, ours first; empty where there are none. */
  namespacePids: number[];
  signal: SignalEffect | NotHere;
}

/** The program file of a process, and what lies beside it. */
export interface ProgramFiles {
  /** As the process sees it; absent where it may not be read. */
  path?: string;
  /** Where we can read it. */
  file: string;
  /** Where we can read what the process sees at a path. */
  seenAt(path: string): string;
  /** The path of a shared library that it has loaded. */
  library(name: RegExp): string | undefined;
}

/** Answers are those of the moment that the table was taken, or newer. Nothing here throws, `openInspector` apart. */
export interface ProcessTable {
  /** As people call it. */
  readonly system: string;
  /** The folder with what only the kernel of Linux tells of a process: its sockets, scheduling, memory and cgroup. */
  readonly procFolder: string | NotHere;
  /** Every process now visible, ascending. */
  pids(): number[] | NotHere;
  stat(pid: number): ProcessStat | undefined;
  status(pid: number): ProcessStatus | undefined;
  /** Of a process with this start. */
  ageSeconds(startTicks: number): number | undefined;
  /** Empty for zombies. Where the system tells one line, its words. */
  argv(pid: number): string[] | undefined;
  /** What it was started with: entries `NAME=value`. */
  environ(pid: number): string[] | NotHere | undefined;
  /** That it works in. */
  folder(pid: number): string | undefined;
  program(pid: number): ProgramFiles;
  children(pid: number): ChildProcess[];
  /** How many children of each of these processes have ended and were not waited for; those with none are left out. */
  zombies(pids: readonly number[]): { pid: number; zombies: number }[];
  /** The TCP ports that the process itself listens on. */
  listeningPorts(pid: number): ListeningPort[];
  /** The process of any kind that listens on a TCP port; null when nobody does. */
  portHolder(port: number): PortHolder | null;
  /** Whether the process holds connections that were made to a port of this machine. */
  hasConnectionsTo(port: number, pid: number): boolean;
  /** Whether 127.0.0.1 is the same for it as for us; undefined: not readable. */
  sharesNetwork(pid: number): boolean | undefined;
  /** Where its signals are not told: `openInspector` does nothing to a process that does not wait for it. */
  readonly asksSafely: boolean;
  /** Asks the process to open its inspector, once that is known to be safe. Throws what the system says. */
  openInspector(pid: number): void;
}

/** The pids, or none where they cannot be listed. */
export function visiblePids(table: ProcessTable): number[] {
  const pids = table.pids();
  return isNotHere(pids) ? [] : pids;
}
