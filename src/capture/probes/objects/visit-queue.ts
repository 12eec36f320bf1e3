// Objects that a walk has met and still has to look into, each once and by which name it is held.
import type { ProbeHolder } from '../probe-protocol.ts';
import type { DataReads } from './data-reads.ts';

export interface Visit {
  value: object;
  holder: ProbeHolder;
  depth: number;
}

export interface VisitQueue {
  readonly seenCount: number;
  /** Whatever is no object, was met before or lies too deep is passed over. */
  push(value: unknown, holder: ProbeHolder, depth: number): void;
  hasSeen(value: object): boolean;
  /** It is not to be looked into. */
  leaveOut(value: object): void;
  next(): Visit | undefined;
}

const MAX_OBJECTS = 40_000;
const MAX_DEPTH = 24;

export function createVisitQueue({ hasProperties }: DataReads): VisitQueue {
  const seen = new Set<object>([globalThis]);
  const takeNext = createLine<Visit>();
  return {
    get seenCount() {
      return seen.size;
    },
    push(value, holder, depth) {
      if (seen.size >= MAX_OBJECTS || depth > MAX_DEPTH || !hasProperties(value) || seen.has(value)) return;
      seen.add(value);
      takeNext.push({ value, holder, depth });
    },
    hasSeen: (value) => seen.has(value),
    leaveOut: (value) => void seen.add(value),
    next: takeNext.shift,
  };
}

/** An array whose beginning is taken off in large pieces: shift() alone would copy it each time. */
export function createLine<T>(): { push(value: T): void; shift(): T | undefined } {
  const list: T[] = [];
  let at = 0;
  return {
    push: (value) => void list.push(value),
    shift() {
      const value = list[at];
      if (at < list.length && ++at > 1_000) at -= list.splice(0, at).length;
      return value;
    },
  };
}
