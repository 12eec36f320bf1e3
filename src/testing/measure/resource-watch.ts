// Timers, handles, workers and files from their creation on: with the stack that created them, the round, and whether they
// still exist. Everything is held weakly; the hook reads nothing from a resource that is being created.

import { createHook, executionAsyncId } from 'node:async_hooks';
import { ownerOf } from '../../model/owner/owner.ts';
import { captureStack } from '../../probe/stacks/stack-capture.ts';
import { makerOf, ownerOfScript, withinBody } from './noise.ts';
import type { RawStack } from './own-inspector.ts';

export interface Made {
  /** The async_hooks type: "Timeout", "TCPWRAP". */
  type: string;
  resource: object;
  stack: RawStack;
  round: number;
  /** Stacks that are alike have one key. */
  site: string;
}

export interface ResourceWatch {
  beginRound(round: number): void;
  /** What the program made and is still there. */
  alive(): Made[];
  /** Runs a forced collection: a file that only it closes was left open by the program. */
  duringCollection(collect: () => Promise<void>): Promise<void>;
  /** What a test runner made and is still there: counted, not looked at. */
  aliveOfRunner(): number;
  stop(): void;
}

export const WATCHED_TYPES = new Set([
  'Timeout',
  'Immediate',
  'TCPWRAP',
  'PIPEWRAP',
  'TCPSERVERWRAP',
  'PIPESERVERWRAP',
  'UDPWRAP',
  'PROCESSWRAP',
  'WORKER',
  'FSEVENTWRAP',
  'STATWATCHER',
  'FILEHANDLE',
  'DIRHANDLE',
]);
/** What happens later in one of these is not the doing of who opened it: a server makes sockets for its clients. */
const LASTING_TYPES = new Set([...WATCHED_TYPES, 'HTTPINCOMINGMESSAGE', 'HTTPCLIENTREQUEST', 'TTYWRAP']);
/** Node closes these when they are collected, and warns: nothing else would have. */
const CLOSED_WHEN_LOST = new Set(['FILEHANDLE', 'DIRHANDLE']);
const CLOSED_BY_COLLECTOR = Object.freeze({});
const MOST_WATCHED = 50_000;
const MOST_ORIGINS = 100_000;

interface Entry {
  type: string;
  ref: WeakRef<object>;
  stack: RawStack;
  round: number;
  isRunners: boolean;
}

/** Watches all of this process from now on, until `stop`. */
export function watchResources(): ResourceWatch {
  const entries = new Map<number, Entry>();
  /** Who is behind what happens in a request: Node makes much in a callback, out of sight of the caller. */
  const origins = new Map<number, RawStack>();
  /** Requests for a FileHandle: it is made outside of any context, when the oldest of them is done. */
  const openRequests = new Map<number, RawStack>();
  const lost: Entry[] = [];
  let round = 0;

  const stackOf = (type: string, below: () => void): RawStack => {
    if (type === 'PROMISE') return origins.get(executionAsyncId()) ?? [];
    if (type === 'FILEHANDLE') return takeFirst(openRequests) ?? [];
    const stack = captureStack(below);
    return makerOf(stack) === null ? (origins.get(executionAsyncId()) ?? []) : stack;
  };
  const hook = createHook({
    init: function init(asyncId: number, type: string, _trigger: number, resource: object) {
      const stack = stackOf(type, init as () => void);
      const maker = makerOf(stack);
      if (maker === null || maker === 'own') return;
      const made = withinBody(stack);
      if (type === 'FSREQPROMISE' && isOpening(stack)) openRequests.set(asyncId, stack);
      if (!LASTING_TYPES.has(type) && origins.size < MOST_ORIGINS) origins.set(asyncId, made);
      if (!WATCHED_TYPES.has(type) || entries.size >= MOST_WATCHED) return;
      entries.set(asyncId, {
        type,
        ref: new WeakRef(resource),
        stack: made,
        round,
        isRunners: maker === 'runner',
      });
    },
    destroy(asyncId: number) {
      entries.delete(asyncId);
      origins.delete(asyncId);
      openRequests.delete(asyncId);
    },
  });
  const living = function* (): Generator<[Entry, object]> {
    for (const [asyncId, entry] of entries) {
      const resource = entry.ref.deref();
      if (resource === undefined) entries.delete(asyncId);
      else if (isOpen(resource)) yield [entry, resource];
    }
  };
  const describe = ({ type, stack, round }: Entry, resource: object): Made => ({
    type,
    resource,
    stack,
    round,
    site: siteOf(type, stack),
  });
  hook.enable();
  return {
    beginRound(next) {
      round = next;
      origins.clear();
    },
    alive: () =>
      [...living(), ...lost.map((entry): [Entry, object] => [entry, CLOSED_BY_COLLECTOR])]
        .filter(([{ isRunners }]) => !isRunners)
        .map(([entry, resource]) => describe(entry, resource)),
    async duringCollection(collect) {
      const open = [...entries].filter(([, { type, ref }]) => {
        const resource = CLOSED_WHEN_LOST.has(type) && ref.deref();
        return resource && isOpen(resource);
      });
      await collect();
      for (const [asyncId, entry] of open) if (!entries.has(asyncId)) lost.push(entry);
    },
    aliveOfRunner: () => [...living()].filter(([{ isRunners }]) => isRunners).length,
    stop() {
      hook.disable();
      entries.clear();
      origins.clear();
    },
  };
}

function isOpening(stack: RawStack): boolean {
  return stack.some(([name, url]) => url === 'node:internal/fs/promises' && /(^|\.)open$/.test(String(name)));
}

function takeFirst<K, V>(map: Map<K, V>): V | undefined {
  for (const [key, value] of map) {
    map.delete(key);
    return value;
  }
  return undefined;
}

/** libuv's stream handles and FileHandle answer -1 once they are closed. */
function isOpen(resource: object): boolean {
  const { _destroyed, fd } = resource as { _destroyed?: unknown; fd?: unknown };
  return _destroyed !== true && !(typeof fd === 'number' && fd < 0);
}

/** Up to the first frame of the application: a timer that its own callback sets again is of the same place. */
function siteOf(type: string, stack: RawStack): string {
  const program = stack.filter((frame) => ownerOfScript(String(frame[1])) === 'program');
  const app = program.findIndex((frame) => ownerOf(String(frame[1])) === 'app');
  const near = app < 0 ? program : program.slice(0, app + 1);
  return `${type}|${near.map((frame) => `${frame[1]}:${frame[2]}:${frame[3]}`).join('|')}`;
}
