// What one open handle or request is, in words, and which functions wait for it. Reads data properties, and asks libuv's
// own handles; runs no code of the program.
import type { Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { type AliveThing, createThing, textOf } from './alive-thing.ts';
import { createChildProcesses } from './child-processes.ts';
import { createSocketWords } from './sockets.ts';
import { createWaitingFunctions } from './waiting-functions.ts';

export interface HandleWords {
  isChildProcess(handle: object): boolean;
  /** Null: it is open, but nothing is awaited from it. */
  ofHandle(handle: object): AliveThing | null;
  ofRequest(request: object): AliveThing;
  /** `hasRef` is false for one that does not count; null: it is no timer, or is over. */
  ofTimer(timer: object): (AliveThing & { hasRef: boolean }) | null;
  /** Null: it has ended, or does not count. */
  ofWorker(worker: object): (AliveThing & { ports: object[] }) | null;
}

export function createHandleWords(load: Load, reads: DataReads): HandleWords {
  const net: typeof import('node:net') = load('net');
  const dgram: typeof import('node:dgram') = load('dgram');
  const { ChildProcess }: typeof import('node:child_process') = load('child_process');
  const { own, isA } = reads;
  const functions = createWaitingFunctions(reads);
  const children = createChildProcesses(reads, functions);
  const sockets = createSocketWords({ load, reads, functions, children });
  const { ofEmitter } = functions;

  /** One that leads to a child process is listed beside that child. */
  const ofPipe = (pipe: object): AliveThing => {
    const isParents = own(process, 'connected') === true && !children.hasConnected();
    if (!isParents) return createThing(reads, 'ipc', { owner: pipe });
    return createThing(reads, 'ipc', {
      owner: pipe,
      what: 'to the parent process',
      functions: ofEmitter(process, ['message', 'disconnect']),
    });
  };
  return {
    isChildProcess: (handle) => isA(handle, ChildProcess),
    ofHandle(handle) {
      if (isA(handle, net.Server)) return sockets.ofServer(handle);
      if (isA(handle, net.Socket)) return sockets.ofSocket(handle);
      if (isA(handle, ChildProcess)) return children.describe(handle);
      if (isA(handle, dgram.Socket)) return sockets.ofUdpSocket(handle);
      const className = reads.classNameOf(handle);
      if (className === 'MessagePort')
        return createThing(reads, 'message-port', { owner: handle, functions: functions.ofTarget(handle) });
      if (className.endsWith('Watcher')) {
        const listeners = ofEmitter(handle, ['change', 'error', 'close']);
        return createThing(reads, 'watcher', { owner: handle, functions: listeners });
      }
      if (className === 'Pipe') return ofPipe(handle);
      return createThing(reads, 'other', { owner: handle, functions: ofEmitter(handle, []) });
    },
    ofRequest: (request) => describeRequest(reads, request),
    ofTimer: (timer) => describeTimer(reads, timer),
    ofWorker(worker) {
      const handle = reads.bySymbol(worker, 'kHandle');
      if (!handle || !hasReference(reads, handle)) return null;
      const ports = ['kPort', 'kPublicPort'].map((name) => reads.bySymbol(worker, name));
      const id = own(worker, 'threadId') ?? own(handle, 'threadId');
      const thing = createThing(reads, 'worker', {
        owner: worker,
        what: typeof id === 'number' ? `worker ${id}` : '',
        functions: ofEmitter(worker, ['message', 'exit', 'error', 'online']),
      });
      return { ...thing, ports: ports.filter(reads.isObject) };
    },
  };
}

function describeRequest(reads: DataReads, request: object): AliveThing {
  const { own } = reads;
  const host = textOf(own(request, 'hostname'));
  const address = textOf(own(request, 'address'));
  const port = own(request, 'port');
  // What Node itself calls when it is done knows whom to call then.
  const held = [
    ...['callback', 'oncomplete', 'ondone'].map((name) => own(request, name)),
    own(own(request, 'context'), 'callback'),
  ];
  const functions = held.flatMap((value) =>
    typeof value === 'function' ? [{ through: 'callback', value }] : [],
  );
  const endpoint = address && typeof port === 'number' ? `${address}:${port}` : address;
  return createThing(reads, 'request', { owner: request, what: host || endpoint, functions });
}

function describeTimer(reads: DataReads, timer: object): (AliveThing & { hasRef: boolean }) | null {
  const { own } = reads;
  const callback = own(timer, '_onTimeout') ?? own(timer, '_onImmediate');
  if (typeof callback !== 'function' || own(timer, '_destroyed') === true) return null;
  const delay = own(timer, '_idleTimeout');
  const isImmediate = own(timer, '_onTimeout') === undefined;
  if (!isImmediate && !(typeof delay === 'number' && delay > 0)) return null;
  const isRepeating = typeof own(timer, '_repeat') === 'number';
  const thing = createThing(reads, isImmediate ? 'immediate' : isRepeating ? 'interval' : 'timeout', {
    owner: timer,
    delay: typeof delay === 'number' ? delay : -1,
    functions: [{ through: 'callback', value: callback }],
  });
  return { ...thing, hasRef: hasReference(reads, timer) };
}

/** Asks the class's own method, in case an object has one of the program. True where there is none. */
function hasReference({ inherited, prototypeOf }: DataReads, value: unknown): boolean {
  const ask = inherited(prototypeOf(value), 'hasRef');
  return typeof ask !== 'function' || ask.call(value) === true;
}
