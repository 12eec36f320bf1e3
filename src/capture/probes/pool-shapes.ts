// A part of the probe (see install-probe.ts: sent as text, whole by itself): what has the shape of a pool, whoever wrote
// it: a limit, things that are lent out, and a queue of those who wait for one. Reads data only, calls no code of the
// program.
import type { ProbeCore } from './probe-protocol.ts';

/** The parts of one pool, found by the names of its properties. */
export interface PoolShape {
  limit: number | undefined;
  busy: unknown;
  idle: unknown;
  /** All members, lent out or not. */
  all: unknown;
  waiting: unknown;
}

export interface PoolShapes {
  /** Null for what has no such shape. */
  shapeOf(value: object): PoolShape | null;
  /** How many things are in it; undefined for what cannot be counted. */
  countOf(part: unknown): number | undefined;
  /** The things in it, at most `most` of them. */
  itemsOf(part: unknown, most: number): unknown[];
  /** `{ name: [...] }`, as an http.Agent keeps its sockets by destination; null for anything else. */
  listsByName(part: unknown): Record<string, unknown[]> | null;
}

export function createPoolShapes(core: ProbeCore): PoolShapes {
  const types: typeof import('node:util').types = (core.load('util') as typeof import('node:util')).types;
  // The words that pools use for one and the same: pg, mysql2, generic-pool, tarn, mongodb, undici, http.Agent and
  // their like. What is compared has neither case nor punctuation.
  const WAITING =
    /^(waiting|waiters|waitqueue|waitinglist|waitingqueue|waitingclients(queue)?|pending|pendingqueue|pendingacquires|pendingrequests|acquirequeue|connectionqueue|requestqueue|queued?|requests)$/;
  const BUSY =
    /^(used|inuse|inuseobjects|busy|checkedout|borrowed|active|acquired|leased|resourceloans|allocated|sockets|(used|busy|active)connections)$/;
  const IDLE =
    /^(idle|free|available|availableobjects|(free|idle|available)connections|freesockets|idleclients)$/;
  const ALL = /^(all|allobjects|allconnections|clients|connections|resources|members)$/;
  const LIMIT =
    /^(max|maxsize|maxsockets|maxtotalsockets|connectionlimit|maxpoolsize|maxconnections|poolsize|poollimit|limit|connections|maxclients|maxresources)$/;
  const OPTIONS = /^(options|opts|config|settings|poolconfig)$/;
  const COUNTS = /^_?(length|size|count)$/;
  const MAX_KEYS = 120;
  const MAX_NAMES = 200;
  const MAX_DEPTH = 3;

  const { ownValue } = core;
  const wordOf = (key: PropertyKey): string => {
    const name = typeof key === 'symbol' ? (key.description ?? '') : String(key);
    return name
      .replace(/^k(?=[A-Z])/, '')
      .replace(/[^a-z0-9]/gi, '')
      .toLowerCase();
  };
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

  const listsByName: PoolShapes['listsByName'] = (part) => {
    if (!isObject(part) || types.isProxy(part) || Array.isArray(part)) return null;
    const prototype = Object.getPrototypeOf(part);
    if (prototype !== null && prototype !== Object.prototype) return null;
    const lists: Record<string, unknown[]> = Object.create(null);
    for (const name of Object.keys(part).slice(0, MAX_NAMES)) {
      const list = ownValue(part, name);
      if (!Array.isArray(list)) return null;
      lists[name] = list;
    }
    return lists;
  };

  /** A ring buffer: an array that is filled from a head to a tail, however these are called. */
  const ringOf = (value: object): { list: unknown[]; from: number; count: number } | null => {
    let list: unknown[] | undefined;
    const at: Record<string, number> = Object.create(null);
    for (const key of Reflect.ownKeys(value).slice(0, MAX_KEYS)) {
      const part = ownValue(value, key);
      if (Array.isArray(part)) list ??= part;
      else if (typeof part === 'number') at[wordOf(key)] = part;
    }
    const from = at.head ?? at.bottom;
    const to = at.tail ?? at.top;
    if (!list || from === undefined || to === undefined || list.length === 0) return null;
    return { list, from, count: (((to - from) % list.length) + list.length) % list.length };
  };

  const countInside = (value: object, depth: number, seen: Set<object>): number | undefined => {
    const keys = Reflect.ownKeys(value);
    if (keys.length > MAX_KEYS) return undefined;
    // A queue of queues (one for each priority) counts the queues: what is in them is meant.
    const slots = ownValue(value, '_slots');
    if (Array.isArray(slots))
      return slots.reduce((sum, slot) => sum + (countOf(slot, depth + 1, seen) ?? 0), 0);
    for (const key of keys) {
      const known = COUNTS.test(wordOf(key)) ? ownValue(value, key) : undefined;
      if (typeof known === 'number') return known;
    }
    let sum = ringOf(value)?.count;
    for (const key of keys) {
      const inner = ownValue(value, key);
      if (!isObject(inner) || (sum !== undefined && Array.isArray(inner))) continue;
      const count = countOf(inner, depth + 1, seen);
      if (count !== undefined) sum = (sum ?? 0) + count;
    }
    return sum;
  };

  const countOf = (part: unknown, depth = 0, seen = new Set<object>()): number | undefined => {
    if (typeof part === 'number') return Number.isFinite(part) && part >= 0 ? part : undefined;
    if (!isObject(part) || types.isProxy(part) || depth > MAX_DEPTH || seen.has(part)) return undefined;
    seen.add(part);
    if (Array.isArray(part)) return part.length;
    if (types.isMap(part)) return Reflect.get(Map.prototype, 'size', part) as number;
    if (types.isSet(part)) return Reflect.get(Set.prototype, 'size', part) as number;
    const lists = listsByName(part);
    if (lists) return Object.values(lists).reduce((sum, list) => sum + list.length, 0);
    return countInside(part, depth, seen);
  };

  const linkedItems = (list: object, most: number): unknown[] => {
    const found: unknown[] = [];
    let node: unknown = ownValue(list, 'head');
    for (let steps = 0; isObject(node) && steps < most * 2; steps++) {
      const item = ownValue(node, 'value') ?? ownValue(node, 'data');
      if (isObject(item)) found.push(item);
      node = ownValue(node, 'next');
    }
    return found.slice(0, most);
  };
  const itemsInside = (part: object, most: number, depth: number): unknown[] => {
    const ring = ringOf(part);
    if (ring)
      return Array.from(
        { length: Math.min(most, ring.count) },
        (_, i) => ring.list[(ring.from + i) % ring.list.length],
      );
    const linked = linkedItems(part, most);
    if (linked.length > 0 || depth >= MAX_DEPTH) return linked;
    for (const key of Reflect.ownKeys(part).slice(0, MAX_KEYS)) {
      const inner = ownValue(part, key);
      const items = isObject(inner) ? itemsOf(inner, most, depth + 1) : [];
      if (items.length > 0) return items;
    }
    return [];
  };
  const itemsOf = (part: unknown, most: number, depth = 0): unknown[] => {
    if (!isObject(part) || types.isProxy(part)) return [];
    const some = (items: Iterator<unknown>): unknown[] => {
      const found: unknown[] = [];
      for (let next = items.next(); !next.done && found.length < most; next = items.next())
        found.push(next.value);
      return found;
    };
    if (Array.isArray(part)) return part.slice(0, most);
    if (types.isSet(part)) return some(Set.prototype.values.call(part));
    // By id, or by the thing itself.
    if (types.isMap(part))
      return some(Map.prototype.entries.call(part)).map((entry) => {
        const [key, value] = entry as [unknown, unknown];
        return isObject(key) ? key : value;
      });
    const lists = listsByName(part);
    if (lists) return Object.values(lists).flat().slice(0, most);
    return itemsInside(part, most, depth);
  };

  const limitIn = (value: object): number | undefined => {
    let least: number | undefined;
    for (const key of Reflect.ownKeys(value).slice(0, MAX_KEYS)) {
      const limit = LIMIT.test(wordOf(key)) ? ownValue(value, key) : undefined;
      if (typeof limit === 'number' && limit >= 1 && limit < (least ?? Number.POSITIVE_INFINITY))
        least = limit;
    }
    return least;
  };

  const shapeOf: PoolShapes['shapeOf'] = (value) => {
    const keys = Reflect.ownKeys(value);
    if (keys.length < 3 || keys.length > MAX_KEYS) return null;
    const shape: PoolShape = {
      limit: undefined,
      busy: undefined,
      idle: undefined,
      all: undefined,
      waiting: undefined,
    };
    let options: object | undefined;
    for (const key of keys) {
      const word = wordOf(key);
      if (word.length < 3 || word.length > 20) continue;
      const part = ownValue(value, key);
      if (isObject(part)) {
        if (OPTIONS.test(word)) options ??= part;
        else if (WAITING.test(word)) shape.waiting ??= part;
        else if (BUSY.test(word)) shape.busy ??= part;
        else if (IDLE.test(word)) shape.idle ??= part;
        else if (ALL.test(word)) shape.all ??= part;
      }
    }
    const members = [shape.busy, shape.idle, shape.all].filter((part) => part !== undefined);
    if (!shape.waiting || members.length === 0) return null;
    if (countOf(shape.waiting) === undefined || members.some((part) => countOf(part) === undefined))
      return null;
    shape.limit = limitIn(value) ?? (options && !types.isProxy(options) ? limitIn(options) : undefined);
    // Without a limit it is a pool only where Node or a library says so: an Agent.
    return shape.limit === undefined && !listsByName(shape.busy) ? null : shape;
  };

  return {
    shapeOf,
    countOf: (part) => countOf(part),
    itemsOf: (part, most) => itemsOf(part, most),
    listsByName,
  };
}
