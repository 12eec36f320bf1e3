// Who waits in a queue, and who is first: in a list, a Map, a Set, a ring buffer, or a chain of nodes.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { PoolParts } from './pool-parts.ts';

export interface Line {
  count: number;
  /** The first in line: the same as long as nobody is served. */
  first: object;
}

export interface LineContents {
  /** Null for what is no collection, or has nobody in it. */
  lineOf(part: object): Line | null;
  /** Whether somebody can be told through it: a function, a promise, or an object that has one. */
  isWaiter(item: object): boolean;
}

const MAX_STEPS = 5_000;
const MAX_KEYS = 16;
/** A queue has a handful of fields; what has more is something else. */
const MOST_FIELDS_OF_QUEUE = 12;

export function createLineContents(reads: DataReads, parts: PoolParts): LineContents {
  const { own, keysOf, isObject, types, prototypeOf } = reads;
  const isThing = (value: unknown): value is object => typeof value === 'function' || isObject(value);

  /** Those that were served may leave holes at its beginning. */
  const ofList = (list: unknown[]): Line | null => {
    for (let i = 0; i < list.length && i < MAX_STEPS; i++) {
      const item = own(list, i);
      if (isThing(item)) return { count: list.length - i, first: item };
    }
    return null;
  };
  const firstOf = (items: Iterator<unknown>): unknown => items.next().value;
  const ofMap = (map: object): Line | null => {
    const entry = firstOf(Map.prototype.entries.call(map)) as [unknown, unknown] | undefined;
    const first = entry?.find((each) => isThing(each) && isWaiter(each)) ?? entry?.find(isThing);
    return isThing(first) ? { count: Reflect.get(Map.prototype, 'size', map) as number, first } : null;
  };
  const ofSet = (set: object): Line | null => {
    const first = firstOf(Set.prototype.values.call(set));
    return isThing(first) ? { count: Reflect.get(Set.prototype, 'size', set) as number, first } : null;
  };
  const ofChain = (node: object): Line | null => {
    const prototype = prototypeOf(node);
    let count = 1;
    let next = own(node, 'next');
    for (; isObject(next) && count < MAX_STEPS && prototypeOf(next) === prototype; count++)
      next = own(next, 'next');
    return count > 1 ? { count, first: node } : null;
  };
  const ofQueue = (queue: object): Line | null => {
    const prototype = prototypeOf(queue);
    if (!prototype || prototype === Object.prototype) return null;
    if (keysOf(queue).length > MOST_FIELDS_OF_QUEUE) return null;
    const [first] = parts.itemsOf(queue, 1);
    const count = parts.countOf(queue);
    return isThing(first) && count !== undefined ? { count, first } : null;
  };
  const isCalled = (value: unknown) =>
    typeof value === 'function' || (isObject(value) && types.isPromise(value));
  const isWaiter = (item: object, depth = 0): boolean => {
    if (isCalled(item)) return true;
    if (Array.isArray(item) || types.isMap(item) || types.isSet(item)) return false;
    const inner = keysOf(item)
      .slice(0, MAX_KEYS)
      .map((key) => own(item, key));
    return inner.some(isCalled) || (depth === 0 && inner.some((each) => isObject(each) && isWaiter(each, 1)));
  };
  return {
    lineOf(part) {
      if (ArrayBuffer.isView(part) || types.isAnyArrayBuffer(part)) return null;
      if (Array.isArray(part)) return ofList(part);
      if (types.isMap(part)) return ofMap(part);
      if (types.isSet(part)) return ofSet(part);
      return ofChain(part) ?? ofQueue(part);
    },
    isWaiter: (item) => isWaiter(item),
  };
}
