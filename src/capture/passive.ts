// Step 0 of the ladder: what can be seen from outside, through /proc and the cgroup tree, at no cost to the target.
import type { PassiveSample } from '../model/samples.ts';
import { readFdLimits, readStat, readStatus } from '../target/proc.ts';
import { groupSockets } from '../target/socket-groups.ts';
import type { SocketRow } from '../target/socket-table.ts';
import { readSocketRows, socketInodes } from '../target/sockets.ts';
import { readCgroup } from './cgroup.ts';
import { readChildren } from './children.ts';
import { type FdTable, groupFds, readFdTable } from './fd-groups.ts';

export interface PassiveOptions {
  procRoot?: string;
  cgroupRoot?: string;
  /** Ports of the inspector that we opened: its sockets are our footprint, not the target's. */
  ownInspectorPorts?: readonly number[];
}

function isOwnSocket(row: SocketRow, ports: readonly number[]): boolean {
  return row.family === 'tcp' && row.localPort !== undefined && ports.includes(row.localPort);
}

function describeFds(pid: number, table: FdTable, options: PassiveOptions): Partial<PassiveSample> {
  const held = socketInodes(table.links.map(({ link }) => link));
  const rows = readSocketRows(pid, held, options.procRoot);
  const own = rows.filter((row) => held.has(row.inode) && isOwnSocket(row, options.ownInspectorPorts ?? []));
  for (const row of own) held.delete(row.inode);
  const ownLinks = new Set(own.map((row) => `socket:[${row.inode}]`));
  const links = table.links.filter(({ link }) => !ownLinks.has(link));
  return {
    fdCount: table.count - (table.links.length - links.length),
    fds: groupFds(pid, links, options.procRoot),
    sockets: groupSockets(rows, held),
  };
}

/**
 * One look at a process from outside. Whatever cannot be read (it ended, it is another user's, there is no /proc)
 * is absent; never throws. Beyond 5,000 fds `fdCount` stays exact, while `fds` and `sockets` cover the first 5,000.
 */
export function readPassiveSample(
  pid: number,
  atMillis: number,
  options: PassiveOptions = {},
): PassiveSample {
  const { procRoot, cgroupRoot } = options;
  const stat = readStat(pid, procRoot);
  if (!stat) return { atMillis };
  const status = readStatus(pid, procRoot);
  const table = readFdTable(pid, procRoot);
  return {
    atMillis,
    rssBytes: status?.rssBytes,
    rssAnonBytes: status?.rssAnonBytes,
    rssFileBytes: status?.rssFileBytes,
    threads: stat.threads,
    cpuMicros: stat.cpuMicros,
    fdSoftLimit: readFdLimits(pid, procRoot)?.soft,
    ...(table && describeFds(pid, table, options)),
    children: readChildren(pid, procRoot),
    cgroup: readCgroup(pid, procRoot, cgroupRoot),
  };
}
