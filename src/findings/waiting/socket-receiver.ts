// Which listener of the program received the connections that clients have closed: only that code can close them.
import { blame } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import { MANY_PORTS } from '../../analysis/growth/scattered-sockets.ts';
import type { AcceptedSockets } from '../../model/clients.ts';
import type { Frame } from '../../model/frame.ts';
import type { SocketGroup } from '../../model/samples.ts';
import { formatNumber } from '../../units/units.ts';
import type { CreationSite } from '../creation-site.ts';
import { SOCKET_RECEIVER } from '../thresholds/handles.ts';
import { place } from '../wording.ts';

export interface Receiver extends AcceptedSockets {
  /** The program's listener, or a package's where the program has none. */
  listener: Frame;
  /** How many servers have given theirs to it; absent: one. */
  servers?: number;
}

/** Null: they are no connections of clients that have left, or no listener has enough of them to have all `count`. */
export function receiverOf(
  { observations }: Facts,
  { direction, state, endpoint }: SocketGroup,
  count: number,
): Receiver | null {
  if (direction !== 'inbound' || state !== 'CLOSE_WAIT') return null;
  if (endpoint === MANY_PORTS) return receiverOfMany(observations.accepted);
  const [most] = observations.accepted
    .filter(({ port, sockets }) => endpoint === `:${port}` && sockets >= count * SOCKET_RECEIVER.leastShare)
    .sort((a, b) => b.unread - a.unread || b.sockets - a.sockets);
  const listener = most && listenerOf(most);
  return most && listener ? { ...most, listener } : null;
}

function listenerOf({ listeners }: AcceptedSockets): Frame | undefined {
  return listeners.find(({ owner }) => owner === 'app') ?? listeners.find(({ owner }) => owner === 'library');
}

/** Servers that are made alike have the same listener; some of them were looked at. */
function receiverOfMany(accepted: readonly AcceptedSockets[]): Receiver | null {
  const byPlace = new Map<string, Receiver & { servers: number }>();
  for (const group of accepted) {
    const listener = listenerOf(group);
    if (!listener) continue;
    const known = byPlace.get(place(listener)) ?? { ...group, sockets: 0, unread: 0, listener, servers: 0 };
    known.sockets += group.sockets;
    known.unread += group.unread;
    known.servers++;
    byPlace.set(place(listener), known);
  }
  const [most] = [...byPlace.values()].sort((a, b) => b.servers - a.servers);
  return most && most.servers >= accepted.length * SOCKET_RECEIVER.leastShare ? most : null;
}

export function givenTo({ event, port, sockets, unread, listener, servers }: Receiver): CreationSite {
  const unnoticed =
    unread > 0 ? `; nothing reads ${formatNumber(unread)} of them, so their end goes unnoticed` : '';
  const giver = servers
    ? `${formatNumber(servers)} servers that culprit inspected have`
    : `the server on port ${port} has`;
  return {
    blame: blame([listener]),
    frame: listener,
    evidence: {
      source: 'references',
      statement: `${giver} passed ${formatNumber(sockets)} open sockets to ${servers ? 'their' : 'its'} '${event}' listener in ${place(listener)}${unnoticed}`,
      value: sockets,
      unit: 'count',
    },
  };
}
