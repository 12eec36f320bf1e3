// What the plain data of an object leads to: items, entries and properties.

import type { DataReads } from '../objects/data-reads.ts';
import { isLong } from '../objects/long-values.ts';
import { isLongChain } from '../objects/prototype-chains.ts';
import type { ProbeHolder } from '../probe-protocol.ts';
import type { PlaceVisitor } from './field-group.ts';
import type { At, Visit, VisitQueue } from './visit-queue.ts';

const MAX_KEYS = 200;
const SOME_ENTRIES = 40;
/** Lists of handlers are walked whole, lists of data from their end. */
const SHORT_LIST = 64;
const SOME_ITEMS = 6;
const SOME_KEYS = 8;

export interface DataVisits {
  /** True when the inspector can tell more of it: of all but lists and bytes. */
  visitData(visit: Visit): boolean;
  /** What a WeakMap has for these objects. */
  visitWeakValues(visit: Visit, keys: readonly object[]): void;
  /** The name of a function, or of an object's class. */
  nameOf(value: object): string;
}

export function createDataVisits(
  reads: DataReads,
  { push }: VisitQueue,
  visitPlace: PlaceVisitor,
): DataVisits {
  const { own, keysOf, types, prototypeOf, isObject } = reads;
  const nameOf = (value: object): string =>
    (typeof value === 'function' ? reads.nameOf(value) : reads.classNameOf(value)).slice(0, 100);

  const visitItems = (list: unknown[], holder: ProbeHolder, at: At) => {
    const from = list.length <= SHORT_LIST ? 0 : list.length - SOME_ITEMS;
    for (let i = from; i < list.length; i++) push(own(list, i), holder, at);
  };
  const visitEntries = (entries: Iterator<unknown[]>, holder: ProbeHolder, at: At) => {
    for (let i = 0; i < SOME_ENTRIES; i++) {
      const { done, value: entry } = entries.next();
      if (done) return;
      push(entry[0], holder, at);
      push(entry[1], holder, at);
    }
  };
  const visitProperties = (visited: Visit, at: At) => {
    const { value } = visited;
    const names = keysOf(value);
    const of = nameOf(value);
    const prototype = prototypeOf(value);
    let isLinked = isLongChain(value, prototypeOf);
    for (const key of names.length > MAX_KEYS ? names.slice(-SOME_KEYS) : names) {
      const property = Object.getOwnPropertyDescriptor(value, key);
      const holder: ProbeHolder = { kind: 'property', name: String(key).slice(0, 100), of };
      const held: unknown = property?.value;
      if (isLong(held)) visitPlace({ value: held, holder, owner: value, above: at.above });
      isLinked ||= isObject(held) && prototypeOf(held) === prototype && isFirstLink(visited, key, held);
      // An accessor is not called, but what it closes over is looked at.
      push(held ?? property?.get, holder, at);
    }
    const { holder, owner, above } = visited;
    if (isLinked && owner && (holder.kind === 'property' || holder.kind === 'variable'))
      visitPlace({ value, holder, owner, above });
  };
  /** That other one of its kind links to a third, and it was not met on the way along such links. */
  const isFirstLink = ({ holder, owner }: Visit, key: PropertyKey, next: object): boolean => {
    const [third, prototype] = [own(next, key), prototypeOf(next)];
    const isAlongLinks = holder.name === String(key) && prototypeOf(owner) === prototype;
    return isObject(third) && prototypeOf(third) === prototype && next !== owner && !isAlongLinks;
  };
  return {
    visitData(visited) {
      const { value, holder, depth, distance, owner } = visited;
      if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return false;
      const at = { depth: depth + 1, distance };
      const entry: ProbeHolder = { ...holder, kind: 'entry' };
      if (Array.isArray(value)) {
        visitItems(value, entry, at);
        return false;
      }
      if (types.isMap(value)) visitEntries(Map.prototype.entries.call(value), entry, at);
      else if (types.isSet(value)) visitEntries(Set.prototype.entries.call(value), entry, at);
      visitProperties(visited, { ...at, owner: value, ...(owner && { above: { holder, owner } }) });
      return true;
    },
    visitWeakValues({ value, holder, depth, distance }, keys) {
      const entry: ProbeHolder = { ...holder, kind: 'entry' };
      for (const key of keys)
        push(WeakMap.prototype.get.call(value, key), entry, { depth: depth + 1, distance });
    },
    nameOf,
  };
}
