// Connections of clients that a server of the program has passed on: to the listener of "connection" or, for an HTTP server,
// to that of "upgrade" or "connect", after which Node no longer closes them.
import type { ProbeCore } from '../../../probe/core.ts';
import { activeHandles } from '../../../probe/objects/active-handles.ts';
import type { ThreadInspector } from '../../../probe/objects/thread-inspector.ts';
import { addressOf } from '../../keep-alive/probe/addresses.ts';
import { createStreamStates } from '../../keep-alive/probe/stream-states.ts';
import type { AcceptedRead } from '../wire.ts';

type Group = AcceptedRead['groups'][number];

interface Found extends Omit<Group, 'listeners'> {
  server: object;
}

/** Of very many some are looked at: four milliseconds. */
const MOST_LOOKED_AT = 600;
const MOST_LISTENERS = 4;
const MOST_GROUPS = 20;

/** What the function returns goes into the recording. It never throws. */
export function createAcceptedSockets(
  { load, reads }: ProbeCore,
  thread: ThreadInspector,
): () => AcceptedRead {
  const { own, isObject, listenersOf, nameOf } = reads;
  const stateOf = createStreamStates(load, reads);
  const hasListener = (server: object, event: string) => listenersOf(server, event, 1).length > 0;
  /** Undefined: Node has it still, as the server of HTTP. */
  const eventOf = (server: object, socket: object): Group['event'] | undefined => {
    const parser = own(socket, 'parser');
    if (isObject(parser)) return undefined;
    // Null once its parser was taken away; a socket that never had one knows no such field.
    const event = (['upgrade', 'connect'] as const).find((each) => hasListener(server, each));
    if (parser === null && event) return event;
    if (hasListener(server, 'request')) return undefined;
    return hasListener(server, 'secureConnection') ? 'secureConnection' : 'connection';
  };
  /** Of what nobody reads no end is told, although Node has met it. */
  const isRead = (socket: object): boolean =>
    stateOf(socket, 'readable', 'flowing') === true || hasListener(socket, 'readable');
  const group = (handles: readonly object[], every: number): Found[] => {
    const groups = new Map<object, Map<string, Found>>();
    for (let i = handles.length - 1; i >= 0; i -= every) {
      const socket = handles[i]!;
      const server = own(socket, 'server') ?? own(socket, '_server');
      const event = isObject(server) ? eventOf(server, socket) : undefined;
      if (!isObject(server) || !event) continue;
      const ofServer = groups.get(server) ?? new Map<string, Found>();
      groups.set(server, ofServer);
      const known = ofServer.get(event) ?? { server, port: portOf(server), event, sockets: 0, unread: 0 };
      ofServer.set(event, known);
      known.sockets += every;
      if (!isRead(socket)) known.unread += every;
    }
    return [...groups.values()].flatMap((ofServer) => [...ofServer.values()]).slice(0, MOST_GROUPS);
  };
  /** 0 for one that listens no more, or at a pipe. */
  const portOf = (server: object): number => {
    const { port } = addressOf(reads, own(server, '_handle'), 'getsockname');
    return typeof port === 'number' ? port : 0;
  };
  return () => {
    const groups: AcceptedRead['groups'] = [];
    try {
      const handles = activeHandles();
      const found = group(handles, Math.max(1, Math.ceil(handles.length / MOST_LOOKED_AT)));
      if (found.length === 0) return { groups };
      thread.during((inspect) => {
        for (const { server, ...known } of found) {
          const listeners = listenersOf(server, known.event, MOST_LISTENERS).flatMap((listener) => {
            const place = inspect(listener)?.place;
            if (!place) return [];
            const { url, line, column } = place;
            return [{ name: nameOf(listener), url, line, column }];
          });
          groups.push({ ...known, listeners });
        }
      });
    } catch {}
    return { groups };
  };
}
