// A table made of lists: where one command tells all processes at once, and another all ports. Each command runs when its answer is
// first needed, and once for a table: whoever waits for a change takes a new table.
import type { ChildProcess } from '../../model/samples.ts';
import { shortCommand } from '../proc/command.ts';
import type { NotHere, ProcessStat, ProcessStatus, ProcessTable } from './process-table.ts';

/** One process of a list. */
export interface ListedProcess
  extends ProcessStat,
    Pick<ProcessStatus, 'uid' | 'threads' | 'rssBytes' | 'signal'> {
  pid: number;
  argv: string[];
  /** Of its program file. */
  path?: string;
}

/** A TCP socket of a list. */
export interface ListedSocket {
  pid: number;
  state: 'LISTEN' | 'ESTABLISHED';
  /** "0.0.0.0" or "::" for all addresses. */
  address: string;
  port: number;
}

/** What differs between systems of this kind. The lists are empty where a command fails. */
export interface Lists {
  system: string;
  processes(): ListedProcess[];
  sockets(): ListedSocket[];
  /** The program file of a process whose list does not name it. */
  programPath?(process: ListedProcess): string | undefined;
  /** That a process works in; absent: the system does not tell. */
  folder?(pid: number): string | undefined;
  /** Milliseconds since 1970 for a start. */
  startMillis(startTicks: number): number;
  /** Absent: the system does not tell. */
  environ?(pid: number): string[] | undefined;
  asksSafely: boolean;
  openInspector(pid: number): void;
}

export function listedTable(lists: Lists): ProcessTable {
  const processes = once(() => new Map(lists.processes().map((one) => [one.pid, one])));
  const sockets = once(() => lists.sockets());
  const paths = new Map<number, string | undefined>();
  const pathOf = (one: ListedProcess) => {
    if (!paths.has(one.pid)) paths.set(one.pid, one.path ?? lists.programPath?.(one));
    return paths.get(one.pid);
  };
  const named = (pid: number) => shown(processes().get(pid));
  return {
    system: lists.system,
    procFolder: notHere(lists.system),
    pids() {
      const pids = [...processes().keys()].sort((a, b) => a - b);
      return pids.length > 0 ? pids : { notHere: `${lists.system} did not list its processes` };
    },
    stat: (pid) => processes().get(pid),
    status(pid) {
      const found = processes().get(pid);
      return found && { ...found, namespacePids: [] };
    },
    ageSeconds: (startTicks) => Math.max(0, (Date.now() - lists.startMillis(startTicks)) / 1_000),
    argv: (pid) => processes().get(pid)?.argv,
    environ: (pid) => (lists.environ ? lists.environ(pid) : notHere(lists.system)),
    folder: (pid) => lists.folder?.(pid),
    program(pid) {
      const found = processes().get(pid);
      const path = found && pathOf(found);
      return {
        ...(path !== undefined && { path }),
        file: path ?? '',
        seenAt: (inside) => inside,
        library: () => undefined,
      };
    },
    children: (pid) => childrenOf(pid, [...processes().values()]),
    zombies(pids) {
      const zombies = [...processes().values()].filter(({ state }) => state === 'Z');
      return pids
        .map((pid) => ({ pid, zombies: zombies.filter(({ parentPid }) => parentPid === pid).length }))
        .filter((entry) => entry.zombies > 0);
    },
    listeningPorts: (pid) =>
      sockets()
        .filter((socket) => socket.pid === pid && socket.state === 'LISTEN')
        .map(({ address, port }) => ({ address, port, socket: `${address}:${port}` })),
    portHolder(port) {
      const found = sockets().find((socket) => socket.port === port && socket.state === 'LISTEN');
      return found ? { pid: found.pid, command: named(found.pid) } : null;
    },
    hasConnectionsTo: (port, pid) =>
      sockets().some(
        (socket) => socket.pid === pid && socket.port === port && socket.state === 'ESTABLISHED',
      ),
    sharesNetwork: () => true,
    asksSafely: lists.asksSafely,
    openInspector: lists.openInspector,
  };
}

const notHere = (system: string): NotHere => ({
  notHere: `${system} does not provide what Linux provides in /proc`,
});

export function once<T>(read: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    known ??= { value: read() };
    return known.value;
  };
}

const shown = (one: ListedProcess | undefined): string => shortCommand(one?.argv ?? [], one?.comm ?? '?');

/** A parent's pid may have been given to another process since: then that one is younger than the child. */
function childrenOf(pid: number, processes: readonly ListedProcess[]): ChildProcess[] {
  const parent = processes.find((one) => one.pid === pid);
  return processes
    .filter((one) => one.parentPid === pid && one.pid !== pid && one.startTicks >= (parent?.startTicks ?? 0))
    .sort((a, b) => a.pid - b.pid)
    .map((one) => ({ pid: one.pid, command: shown(one), state: one.state, startTicks: one.startTicks }));
}
