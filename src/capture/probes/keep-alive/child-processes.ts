// Child processes in words. Pipes to them are sockets, too: it is noted whose they are.
import type { DataReads } from '../objects/data-reads.ts';
import { type AliveThing, createThing, textOf } from './alive-thing.ts';
import type { WaitingFunctions } from './waiting-functions.ts';

export interface ChildProcesses {
  /** Also notes its pipes. */
  describe(child: object): AliveThing;
  /** "stdout of child process 17"; undefined for a socket that is no pipe to a child process that was described. */
  pipeName(socket: object): string | undefined;
  /** One that was described has an open channel for messages. */
  hasConnected(): boolean;
}

export const STDIO_NAMES = ['stdin', 'stdout', 'stderr'];
const MAX_STREAMS = 10;
const MAX_WORDS = 20;

export function createChildProcesses(reads: DataReads, { ofEmitter }: WaitingFunctions): ChildProcesses {
  const { own, isObject } = reads;
  const pipes = new Map<object, string>();
  let isConnected = false;
  const firstOf = (list: unknown, most: number): unknown[] =>
    Array.isArray(list) && isObject(list)
      ? Array.from({ length: Math.min(most, list.length) }, (_, i) => own(list, i))
      : [];
  const pidOf = (child: object): string => {
    const pid = own(child, 'pid');
    return typeof pid === 'number' ? String(pid) : 'unknown';
  };
  const notePipes = (child: object) => {
    if (own(child, 'connected') === true) isConnected = true;
    for (const [i, stream] of firstOf(own(child, 'stdio'), MAX_STREAMS).entries())
      if (isObject(stream))
        pipes.set(stream, `${STDIO_NAMES[i] ?? `fd ${i}`} of child process ${pidOf(child)}`);
  };
  return {
    describe(child) {
      notePipes(child);
      const command = textOf(firstOf(own(child, 'spawnargs'), MAX_WORDS).map(textOf).join(' '));
      return createThing(reads, 'child-process', {
        owner: child,
        what: command || textOf(own(child, 'spawnfile')),
        example: `pid ${pidOf(child)}`,
        functions: [
          ...ofEmitter(child, ['exit', 'close', 'message']),
          ...ofEmitter(own(child, 'stdout'), ['data'], 'stdout '),
          ...ofEmitter(own(child, 'stderr'), ['data'], 'stderr '),
        ],
      });
    },
    pipeName: (socket) => pipes.get(socket),
    hasConnected: () => isConnected,
  };
}
