// A part of the probe (see install-probe.ts: sent as text, whole by itself): catching who adds to a collection, for a
// few calls only. A Map, Set, array or EventTarget gets its own adding method shadowed on itself; a plain object gets a
// prototype that hears of keys it does not have yet. Both are taken away after a few calls (from an object after each),
// or when the probe stops.
import type { CollectionType, ProbeCore, ProbeFrame } from './probe-protocol.ts';
import type { StackCapture } from './stack-capture.ts';

export interface InsertionTraps {
  /** Sets the trap where it can be set, is not set, and has not caught enough. */
  set(collection: object, type: CollectionType | 'Queue', caught: CaughtInsertions): void;
}

/** What the traps of one collection have caught. */
export interface CaughtInsertions {
  stacks: ProbeFrame[][];
  /** A trap is set now. */
  isSet: boolean;
  /** What adds is the probe itself. */
  isOwn: boolean;
  /** How many are enough; absent: a few. */
  most?: number;
}

export function createInsertionTraps(core: ProbeCore, captureStack: StackCapture): InsertionTraps {
  const MAX_INSERTIONS = 6;
  const METHODS = {
    Map: 'set',
    Set: 'add',
    Array: 'push',
    EventTarget: 'addEventListener',
    Queue: 'enqueue',
  } as const;

  /** Notes who calls; takes the trap away once enough was seen. */
  const note = (caught: CaughtInsertions, below: () => unknown, remove: () => void, isOnce: boolean) => {
    try {
      if (core.isStopped()) return remove();
      if (isOnce) remove();
      const frames = captureStack(below);
      // What our own code adds to is ours, however it came into the list.
      if (frames.some((frame) => frame[1] === core.config.url)) caught.isOwn = true;
      else caught.stacks.push(frames);
      if (caught.isOwn || caught.stacks.length >= (caught.most ?? MAX_INSERTIONS)) remove();
    } catch {}
  };

  const shadowMethod = (collection: object, name: string, caught: CaughtInsertions): boolean => {
    if (!Object.isExtensible(collection) || Object.hasOwn(collection, name)) return false;
    const original = (collection as Record<string, unknown>)[name];
    if (typeof original !== 'function') return false;
    const weak = new WeakRef(collection);
    const remove = () => {
      caught.isSet = false;
      const target = weak.deref() as Record<string, unknown> | undefined;
      if (target && Object.getOwnPropertyDescriptor(target, name)?.value === shadow) delete target[name];
    };
    const shadow = function (this: unknown, ...args: unknown[]) {
      note(caught, shadow as () => unknown, remove, false);
      return original.apply(this, args);
    };
    Object.defineProperty(collection, name, {
      value: shadow,
      configurable: true,
      enumerable: false,
      writable: true,
    });
    core.cleanups.push(remove);
    return true;
  };

  /**
   * An assignment to a key that an object does not have goes to its prototype first (OrdinarySet, ECMA-262): a proxy
   * there hears of new keys alone, and hands everything on.
   */
  const listenBelow = (collection: object, caught: CaughtInsertions): boolean => {
    const prototype = Object.getPrototypeOf(collection);
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
      if (receiver === weak.deref()) note(caught, set as () => unknown, remove, true);
      return Reflect.set(target, key, value, receiver);
    };
    handler.set = set;
    const proxy = new Proxy(prototype ?? Object.create(null), handler);
    Object.setPrototypeOf(collection, proxy);
    core.cleanups.push(remove);
    return true;
  };

  return {
    set(collection, type, caught) {
      const isEnough =
        caught.isSet || caught.isOwn || caught.stacks.length >= (caught.most ?? MAX_INSERTIONS);
      if (isEnough || type === 'EventEmitter' || core.isStopped()) return;
      try {
        caught.isSet =
          type === 'Object'
            ? listenBelow(collection, caught)
            : shadowMethod(collection, METHODS[type], caught);
      } catch {}
    },
  };
}
