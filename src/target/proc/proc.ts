// Typed readers of the files under /proc/<pid>. Facts only: what they mean for attaching is in attachability.ts.
// `root` is '/proc' except in tests. Formats: https://www.kernel.org/doc/html/latest/filesystems/proc.html
import { known, type ProcRead, readLink, readNames, readText } from './proc-file.ts';

/** From /proc/<pid>/stat. */
export interface ProcStat {
  /** The thread's name, at most 15 bytes; may hold anything, also spaces and parentheses. */
  comm: string;
  /** R running, S sleeping, D waiting for a disk, Z zombie, T stopped, t stopped by a tracer. */
  state: string;
  parentPid: number;
  /** User and system time of all threads, in steps of 10 ms. */
  cpuMicros: number;
  threads: number;
  /** Clock ticks since boot; with the pid, the identity of a process. */
  startTicks: number;
}

/** From /proc/<pid>/status. Memory is absent for zombies and kernel threads. */
export interface ProcStatus {
  /** Real user id. */
  uid?: number;
  /** The process this thread belongs to; differs from the pid when a thread id was given. */
  threadGroup?: number;
  /** Signals with a handler: bit n - 1 for signal n. */
  caughtSignals?: bigint;
  /** Signals that wait until they are unblocked, in the same bits. */
  blockedSignals?: bigint;
  threads?: number;
  /** The process tracing this one (a debugger, strace), 0 for none. */
  tracerPid?: number;
  rssBytes?: number;
  rssAnonBytes?: number;
  rssFileBytes?: number;
  /** The pid in each nested PID namespace, ours first: the last one is what `process.pid` says inside. */
  namespacePids: number[];
}

/** Open-file limits from /proc/<pid>/limits; absent means unlimited. */
export interface FdLimits {
  soft?: number;
  hard?: number;
}

// Linux fixes USER_HZ at 100 for /proc on every architecture that Node runs on.
const TICKS_PER_SECOND = 100;

function parseFile<T>(path: string, parse: (text: string) => T | undefined): T | undefined {
  const text = known(readText(path));
  return text === undefined ? undefined : parse(text);
}

/** Every process id now visible, ascending; empty where there is no /proc. */
export function listPids(root = '/proc'): number[] {
  const names = known(readNames(root)) ?? [];
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function parseStat(text: string): ProcStat | undefined {
  // The name may itself hold ") S 1": only the last parenthesis ends it.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const number = (index: number) => Number(fields[index]);
  if (end < 0 || fields.length < 20) return undefined;
  return {
    comm: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] ?? '?',
    parentPid: number(1),
    cpuMicros: (number(11) + number(12)) * (1_000_000 / TICKS_PER_SECOND),
    threads: number(17),
    startTicks: number(19),
  };
}

/** /proc/<pid>/stat. */
export function readStat(pid: number, root = '/proc'): ProcStat | undefined {
  return parseFile(`${root}/${pid}/stat`, parseStat);
}

function parseStatus(text: string): ProcStatus {
  const fields = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line] as const));
  const words = (name: string) =>
    fields
      .get(name)
      ?.slice(name.length + 1)
      .trim()
      .split(/\s+/) ?? [];
  const number = (name: string) => (words(name)[0] === undefined ? undefined : Number(words(name)[0]));
  const bytes = (name: string) => (number(name) === undefined ? undefined : number(name)! * 1024);
  const signals = (name: string) => {
    const mask = words(name)[0];
    return mask && /^[0-9a-f]+$/i.test(mask) ? BigInt(`0x${mask}`) : undefined;
  };
  return {
    uid: number('Uid'),
    threadGroup: number('Tgid'),
    caughtSignals: signals('SigCgt'),
    blockedSignals: signals('SigBlk'),
    threads: number('Threads'),
    tracerPid: number('TracerPid'),
    rssBytes: bytes('VmRSS'),
    rssAnonBytes: bytes('RssAnon'),
    rssFileBytes: bytes('RssFile'),
    namespacePids: words('NSpid').map(Number),
  };
}

/** /proc/<pid>/status. */
export function readStatus(pid: number, root = '/proc'): ProcStatus | undefined {
  return parseFile(`${root}/${pid}/status`, parseStatus);
}

/** The arguments; `process.title = ...` overwrites them. Empty for zombies and kernel threads. */
export function readCmdline(pid: number, root = '/proc'): string[] | undefined {
  return parseFile(`${root}/${pid}/cmdline`, (text) => {
    const argv = text.replace(/\0+$/, '').split('\0');
    return argv.length === 1 && argv[0] === '' ? [] : argv;
  });
}

/** The folder the process works in. */
export function readCwd(pid: number, root = '/proc'): ProcRead<string> {
  return readLink(`${root}/${pid}/cwd`);
}

/** The program's file as the process sees it; undefined for zombies. " (deleted)" is cut off. */
export function readExe(pid: number, root = '/proc'): ProcRead<string> {
  const exe = readLink(`${root}/${pid}/exe`);
  return typeof exe === 'string' ? exe.replace(/ \(deleted\)$/, '') : exe;
}

/** /proc/<pid>/limits, the line on open files. */
export function readFdLimits(pid: number, root = '/proc'): FdLimits | undefined {
  return parseFile(`${root}/${pid}/limits`, (text) => {
    const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text);
    if (!match) return undefined;
    const limit = (word: string | undefined) => (word === 'unlimited' ? undefined : Number(word));
    return { soft: limit(match[1]), hard: limit(match[2]) };
  });
}

/** Seconds since a process with this start time began; undefined when the clock is not readable or lies. */
export function ageSeconds(startTicks: number, root = '/proc'): number | undefined {
  const uptime = Number.parseFloat(known(readText(`${root}/uptime`)) ?? '');
  const age = uptime - startTicks / TICKS_PER_SECOND;
  // lxcfs shows the container's uptime but the host's start ticks: a negative age is no age.
  return age >= -1 ? Math.max(0, age) : undefined;
}
