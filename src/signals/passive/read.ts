// Step 0 of the ladder: what can be seen from outside, through /proc and the cgroup tree, at no cost to the target.
import type { PassiveSample } from '../../model/samples.ts';
import { readChildren } from '../../target/proc/children.ts';
import type { Orphans } from '../../target/proc/orphans.ts';
import { readFdLimits, readStat, readStatus } from '../../target/proc/proc.ts';
import type { SocketAges } from '../../target/proc/socket-ages.ts';
import { groupSockets } from '../../target/proc/socket-groups.ts';
import type { SocketRow } from '../../target/proc/socket-table.ts';
import { readSocketRows, socketInodes } from '../../target/proc/sockets.ts';
import { readTcpCounters } from '../../target/proc/tcp-counters.ts';
import { readCgroup } from './cgroup.ts';
import { type FdTable, groupFds, readFdTable } from './fd-groups.ts';
import { readThreadCpu } from './thread-cpu.ts';

export interface PassiveOptions {
  procRoot?: string;
  cgroupRoot?: string;
  /** Ports of the inspector that we opened: its sockets are our footprint, not the target's. */
  ownInspectorPorts?: readonly number[];
  /** Remembers sockets from look to look; without it their ages stay unknown. */
  socketAges?: SocketAges;
  /** Remembers what ran below its children; without it, what outlives them is not known. */
  orphans?: Orphans;
}

function isOwnSocket(row: SocketRow, ports: readonly number[]): boolean {
  return row.family === 'tcp' && row.localPort !== undefined && ports.includes(row.localPort);
}

function describeFds(
  pid: number,
  atMillis: number,
  table: FdTable,
  options: PassiveOptions,
): Partial<PassiveSample> {
  const held = socketInodes(table.links.map(({ link }) => link));
  const rows = readSocketRows(pid, held, options.procRoot);
  const own = rows.filter((row) => held.has(row.inode) && isOwnSocket(row, options.ownInspectorPorts ?? []));
  for (const row of own) held.delete(row.inode);
  options.socketAges?.look(held, atMillis);
  const ownLinks = new Set(own.map((row) => `socket:[${row.inode}]`));
  const links = table.links.filter(({ link }) => !ownLinks.has(link));
  return {
    fdCount: table.count - (table.links.length - links.length),
    fds: groupFds(pid, links, options.procRoot),
    sockets: groupSockets(rows, held, options.socketAges),
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
  const children = readChildren(pid, procRoot);
  return {
    atMillis,
    rssBytes: status?.rssBytes,
    rssAnonBytes: status?.rssAnonBytes,
    rssFileBytes: status?.rssFileBytes,
    threads: stat.threads,
    cpuMicros: stat.cpuMicros,
    threadCpu: readThreadCpu(pid, procRoot),
    fdSoftLimit: readFdLimits(pid, procRoot)?.soft,
    ...(table && describeFds(pid, atMillis, table, options)),
    tcp: readTcpCounters(pid, procRoot),
    children: children.concat(options.orphans?.look(children, procRoot) ?? []),
    cgroup: readCgroup(pid, procRoot, cgroupRoot),
  };
}
