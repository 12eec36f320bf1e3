// Which listener of the program received the connections that clients have closed: only that code can close them.
import { blame } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { AcceptedSockets } from '../../model/accepted.ts';
import type { Frame } from '../../model/frame.ts';
import type { SocketGroup } from '../../model/samples.ts';
import { formatNumber } from '../../units/units.ts';
import type { CreationSite } from '../creation-site.ts';
import { SOCKET_RECEIVER } from '../thresholds/handles.ts';
import { place } from '../wording.ts';

export interface Receiver extends AcceptedSockets {
  /** The program's listener, or a package's where the program has none. */
  listener: Frame;
}

/** Null: they are no connections of clients that have left, or no listener has enough of them to have all `count`. */
export function receiverOf(
  { observations }: Facts,
  { direction, state, endpoint }: SocketGroup,
  count: number,
): Receiver | null {
  if (direction !== 'inbound' || state !== 'CLOSE_WAIT') return null;
  const [most] = observations.accepted
    .filter(({ port, sockets }) => endpoint === `:${port}` && sockets >= count * SOCKET_RECEIVER.leastShare)
    .sort((a, b) => b.unread - a.unread || b.sockets - a.sockets);
  const listener =
    most?.listeners.find(({ owner }) => owner === 'app') ??
    most?.listeners.find(({ owner }) => owner === 'library');
  return most && listener ? { ...most, listener } : null;
}

export function givenTo({ event, port, sockets, unread, listener }: Receiver): CreationSite {
  const unnoticed =
    unread > 0 ? `; nothing reads ${formatNumber(unread)} of them, so their end goes unnoticed` : '';
  return {
    blame: blame([listener]),
    frame: listener,
    evidence: {
      source: 'references',
      statement: `the server on port ${port} has passed ${formatNumber(sockets)} open sockets to its '${event}' listener in ${place(listener)}${unnoticed}`,
      value: sockets,
      unit: 'count',
    },
  };
}
