// What is in a part of a pool, whatever sort of collection its author took: a list, a Map, a ring buffer, a linked list, a
// queue of queues, lists by name.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { COUNTS, wordOf } from './pool-words.ts';

export interface PoolParts {
  /** How many things are in it; undefined for what cannot be counted. */
  countOf(part: unknown): number | undefined;
  /** The things in it, at most `most` of them. */
  itemsOf(part: unknown, most: number): unknown[];
  /** `{ name: [...] }`, as an http.Agent keeps its sockets by destination; null for anything else. */
  listsByName(part: unknown): Record<string, unknown[]> | null;
}

interface Ring {
  list: unknown[];
  from: number;
  count: number;
}

export const MAX_KEYS = 120;
const MAX_NAMES = 200;
const MAX_DEPTH = 3;

export function createPoolParts(reads: DataReads): PoolParts {
  const { own, keysOf, isObject } = reads;

  const listsByName: PoolParts['listsByName'] = (part) => {
    if (!isObject(part) || Array.isArray(part)) return null;
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== null && prototype !== Object.prototype) return null;
    const lists: Record<string, unknown[]> = Object.create(null);
    for (const name of Object.keys(part).slice(0, MAX_NAMES)) {
      const list = own(part, name);
      if (!isObject(list) || !Array.isArray(list)) return null;
      lists[name] = list;
    }
    return lists;
  };

  /** A ring buffer: an array that is filled from a head to a tail, however these are called. */
  const ringOf = (value: object): Ring | null => {
    let list: unknown[] | undefined;
    const at: Record<string, number> = Object.create(null);
    for (const key of keysOf(value).slice(0, MAX_KEYS)) {
      const part = own(value, key);
      if (isObject(part) && Array.isArray(part)) list ??= part;
      else if (typeof part === 'number') at[wordOf(key)] = part;
    }
    const from = at.head ?? at.bottom;
    const to = at.tail ?? at.top;
    if (!list || from === undefined || to === undefined || list.length === 0) return null;
    return { list, from, count: (((to - from) % list.length) + list.length) % list.length };
  };

  const { countOf } = createPartCounts(reads, { listsByName, ringOf });
  const { itemsOf } = createPartItems(reads, { listsByName, ringOf });
  return { countOf, itemsOf, listsByName };
}

interface Known extends Pick<PoolParts, 'listsByName'> {
  ringOf(value: object): Ring | null;
}

function createPartCounts({ own, keysOf, isObject, types }: DataReads, { listsByName, ringOf }: Known) {
  const countOf = (part: unknown, depth = 0, seen = new Set<object>()): number | undefined => {
    if (typeof part === 'number') return Number.isFinite(part) && part >= 0 ? part : undefined;
    if (!isObject(part) || depth > MAX_DEPTH || seen.has(part)) return undefined;
    seen.add(part);
    if (Array.isArray(part)) return part.length;
    if (types.isMap(part)) return Reflect.get(Map.prototype, 'size', part) as number;
    if (types.isSet(part)) return Reflect.get(Set.prototype, 'size', part) as number;
    const lists = listsByName(part);
    if (lists) return Object.values(lists).reduce((sum, list) => sum + list.length, 0);
    return countInside(part, depth, seen);
  };
  const countInside = (value: object, depth: number, seen: Set<object>): number | undefined => {
    const keys = keysOf(value);
    if (keys.length > MAX_KEYS) return undefined;
    // A queue of queues (one for each priority) counts the queues: what is in them is meant.
    const slots = own(value, '_slots');
    if (isObject(slots) && Array.isArray(slots))
      return slots.reduce((sum, slot) => sum + (countOf(slot, depth + 1, seen) ?? 0), 0);
    for (const key of keys) {
      const known = COUNTS.has(wordOf(key)) ? own(value, key) : undefined;
      if (typeof known === 'number') return known;
    }
    let sum = ringOf(value)?.count;
    for (const key of keys) {
      const inner = own(value, key);
      if (!isObject(inner) || (sum !== undefined && Array.isArray(inner))) continue;
      const count = countOf(inner, depth + 1, seen);
      if (count !== undefined) sum = (sum ?? 0) + count;
    }
    return sum;
  };
  return { countOf: (part: unknown) => countOf(part) };
}

function createPartItems({ own, keysOf, isObject, types }: DataReads, { listsByName, ringOf }: Known) {
  const linkedItems = (list: object, most: number): unknown[] => {
    const found: unknown[] = [];
    let node = own(list, 'head');
    for (let steps = 0; isObject(node) && steps < most * 2; steps++) {
      const item = own(node, 'value') ?? own(node, 'data');
      if (isObject(item)) found.push(item);
      node = own(node, 'next');
    }
    return found.slice(0, most);
  };
  const itemsInside = (part: object, most: number, depth: number): unknown[] => {
    const ring = ringOf(part);
    if (ring) {
      const { list, from, count } = ring;
      return Array.from({ length: Math.min(most, count) }, (_, i) => own(list, (from + i) % list.length));
    }
    const linked = linkedItems(part, most);
    if (linked.length > 0 || depth >= MAX_DEPTH) return linked;
    for (const key of keysOf(part).slice(0, MAX_KEYS)) {
      const inner = own(part, key);
      const items = isObject(inner) ? itemsOf(inner, most, depth + 1) : [];
      if (items.length > 0) return items;
    }
    return [];
  };
  const itemsOf = (part: unknown, most: number, depth = 0): unknown[] => {
    if (!isObject(part)) return [];
    if (Array.isArray(part))
      return Array.from({ length: Math.min(most, part.length) }, (_, i) => own(part, i));
    if (types.isSet(part)) return some(Set.prototype.values.call(part), most);
    // By id, or by the thing itself.
    if (types.isMap(part))
      return some(Map.prototype.entries.call(part), most).map((entry) => {
        const [key, value] = entry as [unknown, unknown];
        return isObject(key) ? key : value;
      });
    const lists = listsByName(part);
    if (!lists) return itemsInside(part, most, depth);
    return Object.values(lists)
      .flatMap((list) => itemsOf(list, most))
      .slice(0, most);
  };
  return { itemsOf: (part: unknown, most: number) => itemsOf(part, most) };
}

function some(items: Iterator<unknown>, most: number): unknown[] {
  const found: unknown[] = [];
  for (let next = items.next(); !next.done && found.length < most; next = items.next())
    found.push(next.value);
  return found;
}
