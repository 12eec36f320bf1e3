// Sockets grouped as people speak of them: "214 CLOSE_WAIT to 10.0.0.7:5432", "80 from clients of :8080".
import type { SocketGroup } from '../../model/samples.ts';
import type { SocketAges } from './socket-ages.ts';
import type { SocketRow } from './socket-table.ts';
import { readFdLinks, readSocketRows, socketInodes } from './sockets.ts';

// Linux's default for ports it picks itself (net.ipv4.ip_local_port_range).
const FIRST_EPHEMERAL_PORT = 32_768;

const remoteEndpoint = ({ remoteAddress = '', remotePort }: SocketRow): string =>
  remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;

type Place = Pick<SocketGroup, 'direction' | 'endpoint'>;

function placeUnix({ state, path }: SocketRow, listenPaths: Set<string>): Place {
  if (state === 'LISTEN') return { direction: 'listening', endpoint: path ?? 'unnamed' };
  // An accepted socket carries its listener's path; the connecting side has none.
  if (path !== undefined && listenPaths.has(path)) return { direction: 'inbound', endpoint: path };
  return { direction: 'unknown', endpoint: path ?? 'unnamed' };
}

function placeInternet(row: SocketRow, listenPorts: Set<number>): Place {
  const { family, state, localPort = 0, remotePort = 0 } = row;
  if (state === 'LISTEN') return { direction: 'listening', endpoint: `:${localPort}` };
  if (family === 'udp' && state === 'UNCONNECTED') {
    // A port the kernel picked differs from socket to socket, and would hide that they are alike.
    if (localPort === 0 || localPort >= FIRST_EPHEMERAL_PORT)
      return { direction: 'unknown', endpoint: 'any port' };
    return { direction: 'listening', endpoint: `:${localPort}` };
  }
  // The second half: kept-alive connections outlive the server that accepted them.
  const isAccepted = localPort < FIRST_EPHEMERAL_PORT && remotePort >= FIRST_EPHEMERAL_PORT;
  if (family === 'tcp' && (listenPorts.has(localPort) || isAccepted)) {
    return { direction: 'inbound', endpoint: `:${localPort}` };
  }
  return { direction: 'outbound', endpoint: remoteEndpoint(row) };
}

/**
 * Groups the rows held by one process, biggest group first. `allRows` are those of its network namespace: a
 * cluster worker serves connections of a port that only its primary listens on.
 */
export function groupSockets(
  allRows: readonly SocketRow[],
  inodes: ReadonlySet<number>,
  ages?: SocketAges,
): SocketGroup[] {
  const listening = allRows.filter((row) => row.state === 'LISTEN');
  const ports = new Set(listening.flatMap((row) => row.localPort ?? []));
  const paths = new Set(listening.flatMap((row) => row.path ?? []));
  const groups = new Map<string, SocketGroup>();
  for (const row of allRows) {
    if (!inodes.has(row.inode)) continue;
    const place = row.family === 'unix' ? placeUnix(row, paths) : placeInternet(row, ports);
    const key = `${row.family} ${row.state} ${place.direction} ${place.endpoint}`;
    const group = groups.get(key) ?? { family: row.family, state: row.state, ...place, count: 0 };
    group.count += 1;
    addQueues(group, row);
    if (row.isResending) group.resending = (group.resending ?? 0) + 1;
    if (row.isWindowFull) group.windowFull = (group.windowFull ?? 0) + 1;
    if (ages) addAge(group, row.inode, ages);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || a.endpoint.localeCompare(b.endpoint));
}

function addQueues(group: SocketGroup, row: SocketRow): void {
  // On a listening socket these count connections, not bytes.
  if (row.state === 'LISTEN' || row.receiveQueueBytes === undefined || row.sendQueueBytes === undefined)
    return;
  group.receiveQueueBytes = (group.receiveQueueBytes ?? 0) + row.receiveQueueBytes;
  group.sendQueueBytes = (group.sendQueueBytes ?? 0) + row.sendQueueBytes;
}

function addAge(group: SocketGroup, inode: number, ages: SocketAges): void {
  const age = ages.ageMillis(inode);
  if (age === undefined) return;
  group.oldestMillis = Math.max(group.oldestMillis ?? 0, age);
  group.olderThan5s = (group.olderThan5s ?? 0) + (age > 5_000 ? 1 : 0);
  group.olderThan30s = (group.olderThan30s ?? 0) + (age > 30_000 ? 1 : 0);
  group.fromStart = (group.fromStart ?? 0) + (ages.isFromStart(inode) ? 1 : 0);
}

/** The sockets of a process, grouped; empty when its fds may not be read. */
export function socketGroups(pid: number, root = '/proc'): SocketGroup[] {
  const inodes = socketInodes(readFdLinks(pid, root));
  return groupSockets(readSocketRows(pid, inodes, root), inodes);
}
