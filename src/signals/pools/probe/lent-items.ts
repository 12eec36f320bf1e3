// What is checked out of a pool, and whether it is used: connections without traffic, responses that are not read.
import type { ProbeCore } from '../../../probe/core.ts';
import { pathPattern } from '../../../probe/path-pattern.ts';
import type { ProbePool } from '../../../probe/probe-protocol.ts';

type Socket = import('node:net').Socket;

const MAX_LABELS = 12;
const MAX_KEYS = 60;
const MAX_SOCKET_DEPTH = 2;
const SILENT_MILLIS = 4_000;
/** Properties that are read in one look, about a millisecond: where no item has a connection, each is searched to its end. */
const MOST_READS = 3_000;

/** The function describes items that are checked out now. */
export function createLentItems(core: ProbeCore): (items: unknown[]) => NonNullable<ProbePool['lent']> {
  const net: typeof import('node:net') = core.load('net');
  const { isA } = core.reads;
  const labelOf = createAgentLabels(core);
  const isSocket = (value: object): value is Socket => isA(value, net.Socket);

  const search = createSocketSearch(core, isSocket);
  const traffic = new WeakMap<object, { bytes: number; since: number }>();
  /** Milliseconds without traffic; null where there is no connection. */
  const silenceOf = (item: unknown): number | null => {
    const socket = search.socketIn(item);
    if (!socket) return null;
    const bytes = trafficOf(net, socket);
    const last = traffic.get(socket);
    if (last?.bytes === bytes) return core.now() - last.since;
    traffic.set(socket, { bytes, since: core.now() });
    return 0;
  };
  return (items) => {
    const labels = new Map<string, number>();
    let looked = 0;
    let silent = 0;
    let longestSilentMillis = 0;
    search.beginLook();
    for (const item of items) {
      const label = labelOf(item);
      if (label && (labels.has(label) || labels.size < MAX_LABELS))
        labels.set(label, (labels.get(label) ?? 0) + 1);
      const silence = silenceOf(item);
      if (silence === null) continue;
      looked++;
      if (silence >= SILENT_MILLIS) silent++;
      longestSilentMillis = Math.max(longestSilentMillis, silence);
    }
    return { looked, silent, longestSilentMillis, labels: [...labels] };
  };
}

interface SocketSearch {
  /** From here on as many properties may be read again. */
  beginLook(): void;
  /** The connection inside the item that is checked out; null where there is none, or none was found in time. */
  socketIn(item: unknown): Socket | null;
}

function createSocketSearch(
  { reads }: ProbeCore,
  isSocket: (value: object) => value is Socket,
): SocketSearch {
  const { own, keysOf, isObject, prototypeOf } = reads;
  /** Items of one class hold it in one place. */
  const ways = new WeakMap<object, PropertyKey[]>();
  let readsLeft = 0;
  const along = (item: object, way: readonly PropertyKey[]): Socket | null => {
    let value: unknown = item;
    for (const key of way) value = isObject(value) ? own(value, key) : undefined;
    return isObject(value) && isSocket(value) ? value : null;
  };
  const wayTo = (value: unknown, depth: number): PropertyKey[] | null => {
    if (!isObject(value)) return null;
    if (isSocket(value)) return [];
    if (depth >= MAX_SOCKET_DEPTH) return null;
    for (const key of keysOf(value).slice(0, MAX_KEYS)) {
      if (readsLeft-- <= 0) return null;
      const rest = wayTo(own(value, key), depth + 1);
      if (rest) return [key, ...rest];
    }
    return null;
  };
  return {
    beginLook() {
      readsLeft = MOST_READS;
    },
    socketIn(item) {
      if (!isObject(item)) return null;
      const kind = prototypeOf(item);
      const known = kind && ways.get(kind);
      const socket = known ? along(item, known) : null;
      if (socket) return socket;
      const way = wayTo(item, 0);
      if (way && kind) ways.set(kind, way);
      return way && along(item, way);
    },
  };
}

/** By Node's own accessors, whatever the program put in their place. */
function trafficOf(net: typeof import('node:net'), socket: Socket): number {
  const read = (name: 'bytesRead' | 'bytesWritten') =>
    Number(Reflect.get(net.Socket.prototype, name, socket)) || 0;
  return read('bytesRead') + read('bytesWritten');
}

/** What a socket of an Agent is busy with. */
function createAgentLabels({ load, reads }: ProbeCore): (item: unknown) => string | null {
  const { Readable }: typeof import('node:stream') = load('stream');
  const { own } = reads;
  /**
   * Come whole is not read: a short body waits in the stream, and its socket is not free before it was taken out. Null for
   * `readableFlowing` is Node's word for a stream that nobody has begun to read.
   */
  const stateOf = (response: unknown): string => {
    if (!response) return 'no response yet';
    const ask = (name: 'readableEnded' | 'readableFlowing'): unknown =>
      own(response, '_readableState') && Reflect.get(Readable.prototype, name, response);
    if (ask('readableEnded') === true) return 'ending';
    return ask('readableFlowing') === null ? 'response not read' : 'reading the response';
  };
  return (item) => {
    const request = own(item, '_httpMessage');
    const method = own(request, 'method');
    if (typeof method !== 'string') return null;
    return `${method.slice(0, 20)} ${pathPattern(own(request, 'path'))}: ${stateOf(own(request, 'res'))}`;
  };
}
