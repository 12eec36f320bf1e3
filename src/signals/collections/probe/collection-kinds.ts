// What kind of collection an object is, how much it holds, and what its newest entry looks like.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { ObjectType } from '../../../probe/probe-protocol.ts';
import { type BusiestEvent, createEventListeners } from './event-listeners.ts';
import { createShapes, type Shapes } from './shapes.ts';

export interface CollectionKinds extends Shapes {
  /** Null: nothing that holds entries. */
  typeOf(value: object): ObjectType | null;
  /** Entries, or listeners; counting stops at `atMost` where it has to walk. NaN: too many to be counted. */
  sizeOf(value: object, type: ObjectType, atMost: number): number;
  /** Smaller ones are not worth watching. */
  leastSize(type: ObjectType): number;
  newestOf(value: object, type: ObjectType, size: number): string;
  /** The event with the most listeners, and the array that holds them where there is one. */
  busiestEvent(value: object, type: ObjectType): BusiestEvent | null;
}

const LEAST = { Map: 1, Set: 1, Array: 16, Object: 48, EventEmitter: 4, EventTarget: 4 };
/** Times of a vast object's keys: to count more takes 40 ms. */
const UNCOUNTED = 16;
/** A tenth of a millisecond. */
const MAX_WALK = 5_000;

export function createCollectionKinds(reads: DataReads): CollectionKinds {
  const { types, own, isA, isVast } = reads;
  const listeners = createEventListeners(reads);
  const { shapeOf, classOf } = createShapes(reads);
  const isEvents = (type: ObjectType) => type === 'EventEmitter' || type === 'EventTarget';
  const busiestEvent: CollectionKinds['busiestEvent'] = (value, type) =>
    isEvents(type) ? listeners.busiest(value) : null;

  /** Maps and sets keep insertion order but can only be walked from the front: bounded. */
  const lastOf = (value: object, type: 'Map' | 'Set'): unknown => {
    let newest: unknown;
    const walk = (entry: unknown) => {
      newest = entry;
    };
    if (type === 'Map') Map.prototype.forEach.call(value, walk);
    else Set.prototype.forEach.call(value, walk);
    return newest;
  };
  /** With a loop: to list the keys would take memory. V8 sorts them in any case, so that those of the largest are not counted. */
  const keyCount = (value: object, atMost: number): number => {
    if (isVast(value)) {
      if (atMost <= LEAST.Object) return atMost;
      if (isVast(value, UNCOUNTED)) return Number.NaN;
    }
    let count = 0;
    for (const _key in value) if (++count >= atMost) break;
    return count;
  };
  /** Queues that are read at an index leave what was read behind as nothing, for a while or for good. */
  const heldItems = (list: unknown[]): number => {
    const { length } = list;
    const isEmpty = (index: number) => (own(list, index) ?? null) === null;
    if (length === 0 || !isEmpty(0)) return length;
    let [empty, held] = [0, length];
    while (held - empty > 1) {
      const middle = Math.floor((empty + held) / 2);
      if (isEmpty(middle)) empty = middle;
      else held = middle;
    }
    return length - held;
  };
  return {
    typeOf(value) {
      if (types.isProxy(value)) return null;
      // Node's own maps, which have no prototype in common with the program's, are none of its collections.
      if (types.isMap(value)) return isA(value, Map) ? 'Map' : null;
      if (types.isSet(value)) return isA(value, Set) ? 'Set' : null;
      if (Array.isArray(value)) return 'Array';
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === Object.prototype || prototype === null) return 'Object';
      if (listeners.isEmitter(value)) return 'EventEmitter';
      // Some packages keep what they remember as properties of a function.
      if (prototype === Function.prototype) return 'Object';
      return listeners.isTarget(value) ? 'EventTarget' : null;
    },
    sizeOf(value, type, atMost) {
      if (type === 'Map') return Reflect.get(Map.prototype, 'size', value) as number;
      if (type === 'Set') return Reflect.get(Set.prototype, 'size', value) as number;
      if (type === 'Array') return heldItems(value as unknown[]);
      return type === 'Object' ? keyCount(value, atMost) : listeners.countOf(value);
    },
    leastSize: (type) => LEAST[type],
    shapeOf,
    classOf,
    newestOf(value, type, size) {
      if (type === 'Array') return shapeOf(own(value, (value as unknown[]).length - 1));
      if (type === 'EventEmitter') {
        const list = busiestEvent(value, type)?.list;
        return list ? shapeOf(own(list, list.length - 1)) : '';
      }
      if (type === 'EventTarget' || type === 'Object' || size > MAX_WALK) return '';
      return shapeOf(lastOf(value, type));
    },
    busiestEvent,
  };
}
