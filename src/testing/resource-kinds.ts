// Which of Node's resources are watched: what each is called, what to do about it, and which of those that still exist end
// by themselves.
import type { LeakFinding } from './contract.ts';
import type { Made } from './measure/resource-watch.ts';

export interface ResourceKind {
  kind: LeakFinding['kind'];
  /** "a socket" */
  one: string;
  many: string;
  advice: string;
  /** Of several things made in one line, the one to name: a child process, not its pipes. Lower is first. */
  order: number;
}

const SOCKET: ResourceKind = {
  kind: 'socket-leak',
  one: 'a socket',
  many: 'sockets',
  advice: 'Call end() or destroy() on it when its work is done; close clients, agents and pools at the end.',
  order: 4,
};
const SERVER: ResourceKind = {
  kind: 'server-leak',
  one: 'a server',
  many: 'servers',
  advice: 'Await server.close() (and closeAllConnections() of an HTTP server) at the end.',
  order: 2,
};
const WATCHER: ResourceKind = {
  kind: 'watcher-leak',
  one: 'a file watcher',
  many: 'file watchers',
  advice: 'Call close() on the watcher when it is no longer needed, or share one watcher for each path.',
  order: 3,
};
const FILE: ResourceKind = {
  kind: 'fd-leak',
  one: 'an open file',
  many: 'open files',
  advice: 'Close it on every path: try/finally around a FileHandle, stream.pipeline() instead of pipe().',
  order: 3,
};
const KINDS: Record<string, ResourceKind> = {
  WORKER: {
    kind: 'worker-leak',
    one: 'a worker thread',
    many: 'worker threads',
    advice: 'Await worker.terminate() (or let it end by itself) when its task is done.',
    order: 0,
  },
  PROCESSWRAP: {
    kind: 'child-process-leak',
    one: 'a child process',
    many: 'child processes',
    advice: 'Kill the child when it is no longer needed, and wait for its "exit".',
    order: 1,
  },
  TCPSERVERWRAP: SERVER,
  PIPESERVERWRAP: SERVER,
  FSEVENTWRAP: WATCHER,
  STATWATCHER: WATCHER,
  FILEHANDLE: FILE,
  DIRHANDLE: { ...FILE, one: 'an open directory', many: 'open directories' },
  UDPWRAP: { ...SOCKET, one: 'a UDP socket', many: 'UDP sockets', advice: 'Call close() on it at the end.' },
  TCPWRAP: SOCKET,
  PIPEWRAP: { ...SOCKET, one: 'a pipe', many: 'pipes', order: 5 },
};
const CLEAR =
  'Keep the return value of setInterval or setTimeout, and clear the timer when it is no longer needed.';

/** A timer of an hour or more is not one that ends by itself in time. */
const FOREVER_MILLIS = 3_600_000;

export function kindOf({ type, resource }: Made): ResourceKind {
  if (type === 'Immediate')
    return {
      kind: 'timer-leak',
      one: 'a setImmediate that sets itself again',
      many: 'setImmediates that set themselves again',
      advice: 'Stop the chain when it is no longer needed.',
      order: 6,
    };
  if (type !== 'Timeout') return KINDS[type] ?? SOCKET;
  const delay = delayOf(resource);
  const name = isRepeating(resource) ? `setInterval (every ${delay} ms)` : `setTimeout (${delay} ms)`;
  return { kind: 'timer-leak', one: `a ${name}`, many: `timers of ${name}`, advice: CLEAR, order: 6 };
}

/**
 * Why it is not accused although it is still there; null when it may be. `isChain`: there is one more of them after each
 * round, so that a timer that would end by itself does not: its callback sets the next.
 */
export function endsByItself(made: Made, isChain = false): string | null {
  const { type, resource } = made;
  if (type === 'Immediate' && !isChain) return 'setImmediate callbacks that were about to run';
  if (type === 'Timeout' && !isRepeating(resource) && delayOf(resource) < FOREVER_MILLIS && !isChain)
    return 'timers that end by themselves';
  if ((type === 'TCPWRAP' || type === 'PIPEWRAP') && !hasRef(resource))
    return 'idle keep-alive sockets (unreferenced: a pool keeps them for the next request and closes them by itself)';
  return null;
}

export function hasRef(resource: object): boolean {
  try {
    const { hasRef } = resource as { hasRef?: unknown };
    return typeof hasRef !== 'function' || hasRef.call(resource) === true;
  } catch {
    return true;
  }
}

function isRepeating(resource: object): boolean {
  return typeof (resource as { _repeat?: unknown })._repeat === 'number';
}

function delayOf(resource: object): number {
  const delay = (resource as { _idleTimeout?: unknown })._idleTimeout;
  return typeof delay === 'number' ? delay : 0;
}
