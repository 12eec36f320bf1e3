// Finds the code that adds to a collection, for a few calls only. A Map, Set, array or EventTarget has its own adding method
// shadowed by an own property; a plain object gets a prototype that is notified of keys it does not have yet. Both are
// removed after a few calls (from an object after each), or when the probe stops.
import type { ProbeCore } from '../../../probe/core.ts';
import type { ObjectType, ProbeFrame } from '../../../probe/probe-protocol.ts';
import { type Below, captureStack } from '../../../probe/stacks/stack-capture.ts';

export interface InsertionTraps {
  /** Sets the trap where it can be set, is not set, and has not caught enough. */
  set(collection: object, type: ObjectType | 'Queue', caught: CaughtInsertions): void;
}

/** What the traps of one collection have caught. */
export interface CaughtInsertions {
  stacks: ProbeFrame[][];
  /** A trap is set now. */
  isSet: boolean;
  /** What adds is the probe itself. */
  isOwn: boolean;
  /** Says what an entry looks like; absent: nobody wants to know. */
  shapeOf?(entry: unknown): string;
  /** Of the entry that was caught last. */
  newest?: string;
  /** How many are enough; absent: a few. */
  most?: number;
}

/** What a trap needs of a probe's core: where to leave its removal, and whose frames are ours. */
export type TrapCore = Pick<ProbeCore, 'cleanups' | 'isStopped' | 'reads'> & { config: { url: string } };

const MAX_INSERTIONS = 6;
const METHODS = {
  Map: 'set',
  Set: 'add',
  Array: 'push',
  EventTarget: 'addEventListener',
  Queue: 'enqueue',
} as const;

export function createInsertionTraps(core: TrapCore): InsertionTraps {
  return {
    set(collection, type, caught) {
      if (caught.isSet || hasEnough(caught) || type === 'EventEmitter' || core.isStopped()) return;
      try {
        if (core.reads.types.isProxy(collection)) return;
        caught.isSet =
          type === 'Object'
            ? listenBelow(core, collection, caught)
            : shadowMethod(core, { collection, name: METHODS[type] }, caught);
      } catch {}
    },
  };
}

function hasEnough({ isOwn, stacks, most = MAX_INSERTIONS }: CaughtInsertions): boolean {
  return isOwn || stacks.length >= most;
}

/** Notes who called `below`. True when the trap is to be taken away. */
function note(core: TrapCore, caught: CaughtInsertions, below: Below): boolean {
  if (core.isStopped()) return true;
  const frames = captureStack(below);
  // What our own code adds to is ours, however it came into the list.
  if (frames.some((frame) => frame[1] === core.config.url)) caught.isOwn = true;
  else caught.stacks.push(frames);
  return hasEnough(caught);
}

interface Method {
  collection: object;
  name: string;
}

function shadowMethod(core: TrapCore, { collection, name }: Method, caught: CaughtInsertions): boolean {
  if (!Object.isExtensible(collection) || Object.getOwnPropertyDescriptor(collection, name)) return false;
  const original = core.reads.inherited(collection, name);
  if (typeof original !== 'function') return false;
  const weak = new WeakRef(collection);
  const remove = () => {
    caught.isSet = false;
    const target = weak.deref();
    if (target && Object.getOwnPropertyDescriptor(target, name)?.value === shadow)
      Reflect.deleteProperty(target, name);
  };
  const shadow = function (this: unknown, ...args: unknown[]) {
    try {
      caught.newest = caught.shapeOf?.(name === METHODS.Map ? args[1] : args[0]);
      if (note(core, caught, shadow)) remove();
    } catch {}
    return Reflect.apply(original, this, args);
  };
  Object.defineProperty(collection, name, {
    value: shadow,
    configurable: true,
    enumerable: false,
    writable: true,
  });
  core.cleanups.push(remove);
  return true;
}

/**
 * An assignment to a key that an object does not have goes to its prototype first (OrdinarySet, ECMA-262): a proxy
 * there hears of new keys alone, and hands everything on.
 */
function listenBelow(core: TrapCore, collection: object, caught: CaughtInsertions): boolean {
  const prototype: object | null = Object.getPrototypeOf(collection);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain || !Object.isExtensible(collection)) return false;
  const weak = new WeakRef(collection);
  const handler: ProxyHandler<object> = {};
  const remove = () => {
    caught.isSet = false;
    // An object that was frozen meanwhile keeps the proxy: it must at least hear of nothing.
    delete handler.set;
    const target = weak.deref();
    if (target && Object.getPrototypeOf(target) === proxy) Object.setPrototypeOf(target, prototype);
  };
  const set = (target: object, key: PropertyKey, value: unknown, receiver: unknown): boolean => {
    try {
      if (receiver === weak.deref()) {
        remove();
        note(core, caught, set);
      }
    } catch {}
    return Reflect.set(target, key, value, receiver);
  };
  handler.set = set;
  const proxy = new Proxy(prototype ?? Object.create(null), handler);
  Object.setPrototypeOf(collection, proxy);
  core.cleanups.push(remove);
  return true;
}
