// Code for the target (see keep-alive-list.ts: sent as text, whole by itself): what one open handle or request is, in
// words, and which functions wait for it. Reads data properties, and asks libuv's own handles; runs no code of the program.
import type { AliveKind } from '../../model/keep-alive.ts';

/** One thing that keeps the loop alive. */
export interface AliveThing {
  kind: AliveKind;
  className: string;
  what: string;
  example: string;
  state: string;
  delay: number;
  /** By which name each is held, the most telling first. */
  functions: { through: string; value: object }[];
}

export interface HandleWords {
  /** Null: it is open, but nothing is awaited from it. */
  ofHandle(handle: object): AliveThing | null;
  ofRequest(request: object): AliveThing;
  /** `hasRef` is false for one that does not count; null: it is no timer, or is over. */
  ofTimer(timer: object): (AliveThing & { hasRef: boolean }) | null;
  /** Null: it has ended, or does not count. */
  ofWorker(worker: object): (AliveThing & { ports: object[] }) | null;
}

export function createHandleWords(load: (id: string) => never): HandleWords {
  const net: typeof import('node:net') = load('net');
  const dgram: typeof import('node:dgram') = load('dgram');
  const childProcess: typeof import('node:child_process') = load('child_process');
  const MAX_TEXT = 200;
  const MAX_LISTENERS = 20;
  type Bag = Record<PropertyKey, unknown>;

  /** A data property, its own or an inherited one; getters are not run. */
  const dataOf = (value: unknown, key: PropertyKey): unknown => {
    for (let at = value, depth = 0; at !== null && typeof at === 'object' && depth < 8; depth++) {
      const property = Object.getOwnPropertyDescriptor(at, key);
      if (property) return property.value;
      at = Object.getPrototypeOf(at);
    }
    return undefined;
  };
  const symbolData = (value: object, name: string): unknown => {
    const symbol = Object.getOwnPropertySymbols(value).find(({ description }) => description === name);
    return symbol && dataOf(value, symbol);
  };
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : '');
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const classNameOf = (value: object): string => {
    const maker = dataOf(Object.getPrototypeOf(value), 'constructor');
    const name =
      typeof maker === 'function' ? Object.getOwnPropertyDescriptor(maker, 'name')?.value : undefined;
    return text(name) || 'Object';
  };

  /** A listener added with once() is wrapped. */
  const unwrapped = (listener: object): object => {
    const inner = Object.getOwnPropertyDescriptor(listener, 'listener')?.value;
    return typeof inner === 'function' ? inner : listener;
  };
  /** The listeners of an emitter, those of `first` before the others. */
  const listenersOf = (emitter: unknown, first: string[], owner = ''): AliveThing['functions'] => {
    const events = dataOf(emitter, '_events');
    if (!isObject(events)) return [];
    const found: AliveThing['functions'] = [];
    const names = Reflect.ownKeys(events).slice(0, 50);
    const ordered = [
      ...first.filter((name) => names.includes(name)),
      ...names.filter((n) => !first.includes(String(n))),
    ];
    for (const name of ordered) {
      const held = dataOf(events, name);
      for (const listener of Array.isArray(held) ? held.slice(0, 5) : [held]) {
        if (typeof listener !== 'function' || found.length >= MAX_LISTENERS) continue;
        found.push({
          through: `${owner}'${String(name).slice(0, 60)}' listener`,
          value: unwrapped(listener),
        });
      }
    }
    return found;
  };
  /** EventTarget: a Map from the event to a linked list. */
  const targetListeners = (target: object): AliveThing['functions'] => {
    const lists = symbolData(target, 'kEvents');
    const found: AliveThing['functions'] = [];
    if (!isObject(lists)) return found;
    // Node's own Map has no prototype in common with ours.
    Map.prototype.forEach.call(lists as Map<unknown, unknown>, (root: unknown, event: unknown) => {
      let node = dataOf(root, 'next');
      for (let i = 0; isObject(node) && i < MAX_LISTENERS; i++, node = dataOf(node, 'next')) {
        const listener = dataOf(node, 'listener') ?? dataOf(node, 'callback');
        // `onmessage = f` is kept as the wrapper's `handler`.
        const handler =
          typeof listener === 'function'
            ? Object.getOwnPropertyDescriptor(listener, 'handler')?.value
            : undefined;
        const value = typeof handler === 'function' ? handler : listener;
        if (typeof value === 'function')
          found.push({ through: `'${String(event).slice(0, 60)}' listener`, value: unwrapped(value) });
      }
    });
    return found;
  };

  interface Address {
    address?: unknown;
    port?: unknown;
  }
  /** Asks libuv, not the program's object. */
  const addressOf = (handle: unknown, method: 'getsockname' | 'getpeername'): Address => {
    const out: Address = {};
    try {
      const ask = (handle as Bag)[method];
      if (typeof ask === 'function') ask.call(handle, out);
    } catch {}
    return out;
  };
  const endpointOf = ({ address, port }: Address): string => {
    if (typeof address !== 'string' || typeof port !== 'number') return '';
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
    return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
  };
  const thing = (kind: AliveKind, owner: object, more: Partial<AliveThing>): AliveThing => ({
    kind,
    className: classNameOf(owner),
    what: '',
    example: '',
    state: '',
    delay: -1,
    functions: [],
    ...more,
  });

  const ofServer = (server: object): AliveThing => {
    const pipe = text(dataOf(server, '_pipeName'));
    const address = endpointOf(addressOf(dataOf(server, '_handle'), 'getsockname'));
    return thing('server', server, {
      what: pipe || address,
      functions: listenersOf(server, [
        'request',
        'connection',
        'secureConnection',
        'stream',
        'session',
        'upgrade',
      ]),
    });
  };

  /** Pipes to a child process are Sockets too. */
  const stdioOwners = new Map<object, string>();
  let hasConnectedChild = false;
  const noteStdio = (child: object): void => {
    if (dataOf(child, 'connected') === true) hasConnectedChild = true;
    const streams = dataOf(child, 'stdio');
    if (!Array.isArray(streams)) return;
    for (const [i, stream] of streams.slice(0, 10).entries())
      if (isObject(stream))
        stdioOwners.set(
          stream,
          `${['stdin', 'stdout', 'stderr'][i] ?? `fd ${i}`} of child process ${dataOf(child, 'pid')}`,
        );
  };
  const ofChild = (child: object): AliveThing => {
    const words = dataOf(child, 'spawnargs');
    const command = (Array.isArray(words) ? words.slice(0, 20).map(text).join(' ') : '').slice(0, MAX_TEXT);
    return thing('child-process', child, {
      what: command || text(dataOf(child, 'spawnfile')),
      example: `pid ${dataOf(child, 'pid')}`,
      functions: [
        ...listenersOf(child, ['exit', 'close', 'message']),
        ...listenersOf(dataOf(child, 'stdout'), ['data'], 'stdout '),
        ...listenersOf(dataOf(child, 'stderr'), ['data'], 'stderr '),
      ],
    });
  };

  const ofSocket = (socket: object): AliveThing | null => {
    const handle = dataOf(socket, '_handle') ?? symbolData(socket, 'kHandle');
    const readable = dataOf(socket, '_readableState') as Bag | undefined;
    const writable = dataOf(socket, '_writableState') as Bag | undefined;
    const isConnecting = dataOf(socket, 'connecting') === true;
    const hasEnded = readable?.ended === true;
    const isReading = dataOf(handle, 'reading') === true && !hasEnded;
    const isWriting = typeof writable?.length === 'number' && writable.length > 0;
    if (!isReading && !isWriting && !isConnecting) return null;
    const request = dataOf(socket, '_httpMessage');
    const server = dataOf(socket, 'server') ?? dataOf(socket, '_server');
    const functions = [
      ...listenersOf(socket, ['data', 'readable', 'message', 'end', 'close', 'error']),
      ...(isObject(request) && !isObject(server)
        ? listenersOf(request, ['response', 'close', 'error'], 'request ')
        : []),
      ...(isObject(server)
        ? listenersOf(server, ['request', 'connection', 'secureConnection'], 'server ')
        : []),
    ];
    const state = isConnecting
      ? 'connecting'
      : hasEnded || writable?.ended === true
        ? 'half-closed'
        : isObject(dataOf(socket, 'parser')) && !isObject(request)
          ? 'idle'
          : 'open';
    const child = stdioOwners.get(socket);
    const fd = dataOf(socket, 'fd');
    if (child) return thing('stdio', socket, { what: child, functions });
    if (typeof fd === 'number' && fd >= 0 && fd <= 2)
      return thing('stdio', socket, { what: ['stdin', 'stdout', 'stderr'][fd], functions });
    const local = addressOf(handle, 'getsockname');
    const peer = endpointOf(addressOf(handle, 'getpeername'));
    if (isObject(server))
      return thing('socket', socket, {
        what: typeof local.port === 'number' ? `from clients of :${local.port}` : 'from clients of a pipe',
        example: peer && `from ${peer}`,
        state,
        functions,
      });
    // Still connecting: there is no peer yet.
    const host = text(dataOf(socket, '_host'));
    return thing('socket', socket, {
      what: peer ? `to ${peer}` : host ? `to ${host}` : '',
      example: typeof local.port === 'number' && local.port > 0 ? `from :${local.port}` : '',
      state,
      functions,
    });
  };

  const isA = (value: object, maker: unknown) => typeof maker === 'function' && value instanceof maker;
  const ofHandle: HandleWords['ofHandle'] = (handle) => {
    const className = classNameOf(handle);
    if (isA(handle, net.Server)) return ofServer(handle);
    if (isA(handle, net.Socket)) return ofSocket(handle);
    if (isA(handle, childProcess.ChildProcess)) return ofChild(handle);
    if (isA(handle, dgram.Socket)) {
      const state = symbolData(handle, 'state symbol');
      const address = endpointOf(addressOf(dataOf(state, 'handle'), 'getsockname'));
      return thing('udp-socket', handle, {
        what: address,
        functions: listenersOf(handle, ['message', 'error']),
      });
    }
    if (className === 'MessagePort')
      return thing('message-port', handle, { functions: targetListeners(handle) });
    if (/Watcher$/.test(className))
      return thing('watcher', handle, { functions: listenersOf(handle, ['change', 'error', 'close']) });
    if (className === 'Pipe') {
      // One that leads to a child process is listed beside that child.
      const isParents = dataOf(process, 'connected') === true && !hasConnectedChild;
      return thing('ipc', handle, {
        what: isParents ? 'to the parent process' : '',
        functions: isParents ? listenersOf(process, ['message', 'disconnect']) : [],
      });
    }
    return thing('other', handle, { functions: listenersOf(handle, []) });
  };

  const ofRequest: HandleWords['ofRequest'] = (request) => {
    const host = text(dataOf(request, 'hostname'));
    const address = text(dataOf(request, 'address'));
    const port = dataOf(request, 'port');
    const functions = ['callback', 'oncomplete'].flatMap((name) => {
      const value = dataOf(request, name);
      return typeof value === 'function' ? [{ through: 'callback', value }] : [];
    });
    return thing('request', request, {
      what: host || (address && typeof port === 'number' ? `${address}:${port}` : address),
      functions,
    });
  };

  const ofTimer: HandleWords['ofTimer'] = (timer) => {
    const callback = dataOf(timer, '_onTimeout') ?? dataOf(timer, '_onImmediate');
    if (typeof callback !== 'function' || dataOf(timer, '_destroyed') === true) return null;
    const delay = dataOf(timer, '_idleTimeout');
    const isImmediate = dataOf(timer, '_onTimeout') === undefined;
    if (!isImmediate && !(typeof delay === 'number' && delay > 0)) return null;
    const repeat = dataOf(timer, '_repeat');
    const kind = isImmediate ? 'immediate' : typeof repeat === 'number' ? 'interval' : 'timeout';
    // The prototype's own, in case an object has one of the program.
    const hasRef = dataOf(Object.getPrototypeOf(timer), 'hasRef');
    return {
      ...thing(kind, timer, {
        delay: typeof delay === 'number' ? delay : -1,
        functions: [{ through: 'callback', value: callback }],
      }),
      hasRef: typeof hasRef !== 'function' || hasRef.call(timer) === true,
    };
  };

  const ofWorker: HandleWords['ofWorker'] = (worker) => {
    const handle = symbolData(worker, 'kHandle') as { hasRef?: () => boolean; threadId?: number } | null;
    if (!handle) return null;
    const ports = ['kPort', 'kPublicPort'].map((name) => symbolData(worker, name)).filter(isObject);
    if (typeof handle.hasRef === 'function' && !handle.hasRef()) return null;
    const id = dataOf(worker, 'threadId') ?? dataOf(handle, 'threadId');
    return {
      ...thing('worker', worker, {
        what: typeof id === 'number' ? `worker ${id}` : '',
        functions: listenersOf(worker, ['message', 'exit', 'error', 'online']),
      }),
      ports,
    };
  };

  return {
    ofHandle(handle) {
      if (isA(handle, childProcess.ChildProcess)) noteStdio(handle);
      return ofHandle(handle);
    },
    ofRequest,
    ofTimer,
    ofWorker,
  };
}
