// Sockets that accumulate, in words: what they are, and how each sort is closed.
import type { SocketGroup } from '../../model/samples.ts';

/** "sockets to 10.0.0.7:5432 in CLOSE_WAIT", "UDP sockets", "Unix sockets of /run/app.sock". */
export function socketThings({ family, direction, endpoint, state }: SocketGroup): string {
  if (family === 'udp') return `UDP sockets${direction === 'outbound' ? ` to ${endpoint}` : ''}`;
  if (family === 'unix') return `Unix sockets${endpoint === UNNAMED ? ' without a name' : ` of ${endpoint}`}`;
  const to = direction === 'inbound' ? `on port ${endpoint.replace(':', '')}` : `to ${endpoint}`;
  return `sockets ${to} in ${state}`;
}

const UNNAMED = 'unnamed';

/** What would look the same and do no harm. */
export function socketInnocence({ direction }: SocketGroup): string {
  return direction === 'inbound'
    ? 'Clients that close their side early and wait for the rest of a long answer look the same for a while.'
    : 'A connection pool that is still filling stops at its maximum.';
}

/** `event`: of the server, whose listener has the sockets; undefined where it is not known. */
export function socketAdvice({ family, direction, state }: SocketGroup, event?: string): string {
  if (family === 'udp')
    return 'Make one UDP socket, or one client that has it, when the program starts and share it; otherwise close() each one once its message is sent.';
  if (direction === 'inbound' && state === 'CLOSE_WAIT')
    return `The clients have closed these connections, and this process has not. ${ofGiven(event)} Call end() or destroy() on the socket on every path, including where a client is refused (\`socket.end(answer)\` instead of \`socket.write(answer)\`), and on its "end" and "close" events; a socket that nobody reads emits neither.`;
  if (state === 'CLOSE_WAIT')
    return 'The other side has closed these connections, and this process has not: end or destroy the socket on its "end" event, and read or destroy every response body (response.resume(), body.cancel()).';
  return 'Read every response to its end or destroy it, even when the client that it is for has disconnected; close a client when done, and share one client, Agent or pool with a maximum instead of making one for each request.';
}

function ofGiven(event: string | undefined): string {
  return event === 'upgrade' || event === 'connect'
    ? `Once an HTTP server has emitted "${event}", Node.js leaves the socket to the listener and no longer closes it.`
    : 'Node.js leaves closing it to the code that received the socket.';
}
