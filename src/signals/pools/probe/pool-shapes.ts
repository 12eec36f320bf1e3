// What has the shape of a pool, whoever wrote it: a limit, items that are checked out, and a queue of those who wait for
// one.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { createPoolParts, MAX_KEYS, type PoolParts } from './pool-parts.ts';
import { ALL, BUSY, IDLE, isPoolWord, LIMIT, OPTIONS, WAITING, wordOf } from './pool-words.ts';

/** The parts of one pool, found by the names of its properties. */
export interface PoolShape {
  limit: number | undefined;
  busy: unknown;
  idle: unknown;
  /** All members, checked out or not. */
  all: unknown;
  waiting: unknown;
}

export interface PoolShapes extends PoolParts {
  /** Null for what has no such shape. */
  shapeOf(value: object): PoolShape | null;
}

export function createPoolShapes(reads: DataReads): PoolShapes {
  const { own, keysOf, isObject } = reads;
  const parts = createPoolParts(reads);
  const limitIn = (value: object): number | undefined => {
    let least: number | undefined;
    for (const key of keysOf(value).slice(0, MAX_KEYS)) {
      const limit = LIMIT.has(wordOf(key)) ? own(value, key) : undefined;
      if (typeof limit === 'number' && limit >= 1 && limit < (least ?? Number.POSITIVE_INFINITY))
        least = limit;
    }
    return least;
  };
  return {
    ...parts,
    shapeOf(value) {
      const keys = keysOf(value);
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
        const part = isPoolWord(word) ? own(value, key) : undefined;
        if (!isObject(part)) continue;
        if (OPTIONS.has(word)) options ??= part;
        else if (WAITING.has(word)) shape.waiting ??= part;
        else if (BUSY.has(word)) shape.busy ??= part;
        else if (IDLE.has(word)) shape.idle ??= part;
        else if (ALL.has(word)) shape.all ??= part;
      }
      const members = [shape.busy, shape.idle, shape.all].filter((part) => part !== undefined);
      if (!shape.waiting || members.length === 0) return null;
      if ([shape.waiting, ...members].some((part) => parts.countOf(part) === undefined)) return null;
      shape.limit = limitIn(value) ?? (options && limitIn(options));
      // Without a limit it is a pool only where Node or a library says so: an Agent.
      return shape.limit === undefined && !parts.listsByName(shape.busy) ? null : shape;
    },
  };
}
