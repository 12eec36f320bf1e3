// Servers and sockets in words: what they are connected to, and what is awaited from them.
import type { Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { pathPattern } from '../../../probe/path-pattern.ts';
import { handlerOf } from '../../async/requests/route-handler.ts';
import { addressOf, endpointOf } from './addresses.ts';
import { type AliveThing, createThing, textOf } from './alive-thing.ts';
import { type ChildProcesses, STDIO_NAMES } from './child-processes.ts';
import { createStreamStates } from './stream-states.ts';
import type { WaitingFunctions } from './waiting-functions.ts';

export interface SocketWords {
  ofServer(server: object): AliveThing;
  /** Null: it is open, but nothing is awaited from it. */
  ofSocket(socket: object): AliveThing | null;
  ofUdpSocket(socket: object): AliveThing;
}

interface Needs {
  load: Load;
  reads: DataReads;
  functions: WaitingFunctions;
  children: ChildProcesses;
}

const SERVER_EVENTS = ['request', 'connection', 'secureConnection', 'stream', 'session', 'upgrade'];
const SOCKET_EVENTS = ['data', 'readable', 'message', 'end', 'close', 'error'];

interface Open {
  /** Its request and its server, where it is one of HTTP. */
  request: unknown;
  server: unknown;
  state: AliveThing['state'];
}

export function createSocketWords({ load, reads, functions, children }: Needs): SocketWords {
  const { own, bySymbol, isObject } = reads;
  const { ofEmitter } = functions;
  const stateOf = createStreamStates(load, reads);
  const handleOf = (socket: object) => own(socket, '_handle') ?? bySymbol(socket, 'kHandle');

  /** Null when nothing is awaited. */
  const open = (socket: object): Open | null => {
    const isConnecting = own(socket, 'connecting') === true;
    const hasEnded = stateOf(socket, 'readable', 'ended') === true;
    const isReading = own(handleOf(socket), 'reading') === true && !hasEnded;
    const isWriting = Number(stateOf(socket, 'writable', 'length')) > 0;
    if (!isReading && !isWriting && !isConnecting) return null;
    const request = own(socket, '_httpMessage');
    const server = own(socket, 'server') ?? own(socket, '_server');
    const isClosing = hasEnded || stateOf(socket, 'writable', 'ended') === true;
    const isIdle = isObject(own(socket, 'parser')) && !isObject(request);
    const isAnswering = isObject(server) && isObject(request);
    const whenOpen = isIdle ? 'idle' : isAnswering ? 'answering' : 'open';
    const state = isConnecting ? 'connecting' : isClosing ? 'half-closed' : whenOpen;
    return { request, server, state };
  };
  const ofRoute = (response: unknown) => {
    const handler = isObject(response) ? handlerOf(reads, response) : null;
    return handler ? [{ through: 'route handler', value: handler }] : [];
  };
  const functionsOf = (socket: object, { request, server }: Open) => [
    ...ofEmitter(socket, SOCKET_EVENTS),
    ...(isObject(server)
      ? [
          ...ofRoute(request),
          ...ofEmitter(request, ['close', 'finish', 'error'], 'response '),
          ...ofEmitter(server, ['request', 'connection', 'secureConnection'], 'server '),
        ]
      : ofEmitter(request, ['response', 'close', 'error'], 'request ')),
  ];
  /** "stdout", "stdout of child process 17"; undefined for other sockets. */
  const stdioName = (socket: object): string | undefined => {
    const fd = own(socket, 'fd');
    return children.pipeName(socket) ?? (typeof fd === 'number' ? STDIO_NAMES[fd] : undefined);
  };
  /** " whose GET /feeds/# has no end yet, of a closed server that waits for them to end" */
  const whatIsAwaited = ({ request, server }: Open): string => {
    const asked = own(request, 'req');
    const method = textOf(own(asked, 'method'));
    const unended = method
      ? ` whose response to ${method} ${pathPattern(own(asked, 'url'))} has not ended`
      : '';
    const isClosed = own(server, '_handle') === null;
    return `${unended}${isClosed ? ', of a closed server that waits for them to end' : ''}`;
  };
  const fromClient = (socket: object, found: Open): Pick<AliveThing, 'what' | 'example'> => {
    const { port } = addressOf(reads, handleOf(socket), 'getsockname');
    const peer = endpointOf(addressOf(reads, handleOf(socket), 'getpeername'));
    return {
      what: `${typeof port === 'number' ? `from clients of :${port}` : 'from clients of a pipe'}${whatIsAwaited(found)}`,
      example: peer && `from ${peer}`,
    };
  };
  const toServer = (socket: object): Pick<AliveThing, 'what' | 'example'> => {
    const { port } = addressOf(reads, handleOf(socket), 'getsockname');
    // Still connecting: there is no peer yet.
    const to = endpointOf(addressOf(reads, handleOf(socket), 'getpeername')) || textOf(own(socket, '_host'));
    return {
      what: to && `to ${to}`,
      example: typeof port === 'number' && port > 0 ? `from :${port}` : '',
    };
  };
  return {
    ofServer: (server) =>
      createThing(reads, 'server', {
        owner: server,
        what:
          textOf(own(server, '_pipeName')) ||
          endpointOf(addressOf(reads, own(server, '_handle'), 'getsockname')),
        functions: ofEmitter(server, SERVER_EVENTS),
      }),
    ofSocket(socket) {
      const found = open(socket);
      if (!found) return null;
      const known = { owner: socket, functions: functionsOf(socket, found) };
      const what = stdioName(socket);
      if (what) return createThing(reads, 'stdio', { ...known, what });
      const words = isObject(found.server) ? fromClient(socket, found) : toServer(socket);
      return createThing(reads, 'socket', { ...known, ...words, state: found.state });
    },
    ofUdpSocket(socket) {
      const handle = own(bySymbol(socket, 'state symbol'), 'handle');
      return createThing(reads, 'udp-socket', {
        owner: socket,
        what: endpointOf(addressOf(reads, handle, 'getsockname')),
        functions: ofEmitter(socket, ['message', 'error']),
      });
    },
  };
}
