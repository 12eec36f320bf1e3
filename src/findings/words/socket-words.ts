// Sockets that accumulate, in words: what they are, and how each sort is let go.
import type { SocketGroup } from '../../model/samples.ts';

/** "sockets to 10.0.0.7:5432 in CLOSE_WAIT", "UDP sockets", "Unix sockets of /run/app.sock". */
export function socketThings({ family, direction, endpoint, state }: SocketGroup): string {
  if (family === 'udp') return `UDP sockets${direction === 'outbound' ? ` to ${endpoint}` : ''}`;
  if (family === 'unix') return `Unix sockets${endpoint === UNNAMED ? ' without a name' : ` of ${endpoint}`}`;
  const to = direction === 'inbound' ? `on port ${endpoint.replace(':', '')}` : `to ${endpoint}`;
  return `sockets ${to} in ${state}`;
}

const UNNAMED = 'unnamed';

export function socketAdvice({ family, state }: SocketGroup): string {
  if (family === 'udp')
    return 'Make one UDP socket, or one client that has it, when the program starts and share it; else close() each once its message is sent.';
  if (state === 'CLOSE_WAIT')
    return 'The other side has closed these connections, and this process has not: end or destroy the socket on its "end" event, and read or destroy every response body (response.resume(), body.cancel()).';
  return 'Read every response to its end or destroy it, also when the client that it is for goes away; close a client when done, and share one client, Agent or pool with a maximum instead of making one for each request.';
}
