// The sockets of one process and who listens on a port: the kernel's tables joined with fd links.
import { shortCommand } from './command.ts';
import { listPids, readCmdline, readStat } from './proc.ts';
import { known, readLink, readNames, readText } from './proc-file.ts';
import { parseInternetTable, parseUnixTable, type SocketRow } from './socket-table.ts';

/** A TCP port that is listened on. `address` is "0.0.0.0" or "::" for all addresses. */
export interface ListeningPort {
  address: string;
  port: number;
  /** Its identity among all sockets now open. */
  socket: string;
}

/** Who listens on a port; `pid` is absent when no process whose fds we may read holds it. */
export interface PortHolder {
  pid?: number;
  command: string;
}

/** The inodes of the sockets among these fd links ("socket:[123]"). */
export function socketInodes(links: Iterable<string>): Set<number> {
  const inodes = new Set<number>();
  for (const link of links) if (link.startsWith('socket:[')) inodes.add(Number(link.slice(8, -1)));
  return inodes;
}

/** The targets of a process's fd links; empty when they may not be read. */
export function readFdLinks(pid: number, root: string): string[] {
  const names = known(readNames(`${root}/${pid}/fd`)) ?? [];
  return names.flatMap((name) => known(readLink(`${root}/${pid}/fd/${name}`)) ?? []);
}

type Table = [name: string, parse: (text: string) => SocketRow[]];

// TCP last: the kernel walks its whole hash table for each of the two, 4 ms on a large machine, the others 0.03 ms.
const TABLES: Table[] = [
  ['unix', parseUnixTable],
  ['udp', (text) => parseInternetTable(text, 'udp')],
  ['udp6', (text) => parseInternetTable(text, 'udp')],
  ['tcp6', (text) => parseInternetTable(text, 'tcp')],
  ['tcp', (text) => parseInternetTable(text, 'tcp')],
];

/**
 * The sockets of the network namespace that the process lives in, whoever holds them: table by table until all
 * `wanted` inodes are found. An accepted connection and its listener are always in the same table.
 */
export function readSocketRows(pid: number, wanted: ReadonlySet<number>, root = '/proc'): SocketRow[] {
  const all: SocketRow[] = [];
  const missing = new Set(wanted);
  for (const [name, parse] of TABLES) {
    if (missing.size === 0) break;
    const rows = parse(known(readText(`${root}/${pid}/net/${name}`)) ?? '');
    for (const row of rows) {
      missing.delete(row.inode);
      all.push(row);
    }
  }
  return all;
}

function readListeningRows(pid: number, root: string): SocketRow[] {
  return ['tcp', 'tcp6']
    .flatMap((name) => parseInternetTable(known(readText(`${root}/${pid}/net/${name}`)) ?? '', 'tcp'))
    .filter((row) => row.state === 'LISTEN');
}

/** The TCP ports that the process itself listens on; empty when its fds may not be read. */
export function listeningPorts(pid: number, root = '/proc'): ListeningPort[] {
  const inodes = socketInodes(readFdLinks(pid, root));
  if (inodes.size === 0) return [];
  return readListeningRows(pid, root)
    .filter((row) => inodes.has(row.inode))
    .map((row) => ({ address: row.localAddress!, port: row.localPort!, socket: String(row.inode) }));
}

/** Whether the process holds connections that were made to a port of this machine: of a cluster's workers, those that serve it. */
export function hasConnectionsTo(port: number, pid: number, root = '/proc'): boolean {
  const inodes = socketInodes(readFdLinks(pid, root));
  return readSocketRows(pid, inodes, root).some(
    (row) => inodes.has(row.inode) && row.state === 'ESTABLISHED' && row.localPort === port,
  );
}

/** The process (of any kind, in our network namespace) that listens on a TCP port; null when nobody does. */
export function portHolder(port: number, root = '/proc'): PortHolder | null {
  const inodes = new Set(
    readListeningRows(process.pid, root)
      .filter((row) => row.localPort === port)
      .map((row) => row.inode),
  );
  if (inodes.size === 0) return null;
  for (const pid of listPids(root)) {
    const held = socketInodes(readFdLinks(pid, root));
    if (![...inodes].some((inode) => held.has(inode))) continue;
    const command = shortCommand(readCmdline(pid, root) ?? [], readStat(pid, root)?.comm ?? '?');
    return { pid, command };
  }
  return { command: 'a process of another user' };
}
