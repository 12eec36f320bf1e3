// How fast clients arrive and stay: what grows at that pace is the load.
import type { Facts } from '../analysis/facts.ts';
import type { SocketGroup } from '../model/samples.ts';

/** New clients a second that stay connected. Connections of the process with itself have no client. */
export function clientGrowth({ sockets }: Facts): number {
  const growing = sockets.filter(
    ({ subject, trend }) => subject.state === 'ESTABLISHED' && trend.verdict === 'growing',
  );
  const pace = (direction: SocketGroup['direction'], isMeant: (socket: SocketGroup) => boolean) =>
    growing
      .filter(({ subject }) => subject.direction === direction && isMeant(subject))
      .reduce((sum, { trend }) => sum + trend.slopePerSecond, 0);
  const inbound = pace('inbound', () => true);
  const ports = new Set(growing.filter(({ subject }) => subject.direction === 'inbound').map(portOf));
  const toItself = pace(
    'outbound',
    (socket) => isLoopback(socket.endpoint) && ports.has(portOf({ subject: socket })),
  );
  return Math.max(0, inbound - toItself);
}

const portOf = ({ subject }: { subject: SocketGroup }) => subject.endpoint.split(':').at(-1);
const isLoopback = (endpoint: string) => /^(127\.|\[?::1\]?:|\[?::ffff:127\.)/.test(endpoint);
