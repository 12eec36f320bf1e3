// Objects that a walk has met and still has to look into, each once and by which name it is held. A walk seldom sees all:
// what the program holds itself comes before what only its libraries lead to.

import type { DataReads } from '../objects/data-reads.ts';
import type { ProbeHolder } from '../probe-protocol.ts';

export interface Visit {
  value: object;
  holder: ProbeHolder;
  depth: number;
  /** The object that has it in a field, or the function that closes over it. */
  owner?: object;
  /** How that object is held in its turn. */
  above?: Above;
  /** How many functions of libraries have to be looked into on the way; from some on all are alike. */
  distance: number;
}

/** By which name an object is held, and by which other object or function. */
export interface Above {
  holder: ProbeHolder;
  owner: object;
}

export type At = Pick<Visit, 'depth' | 'distance' | 'owner' | 'above'>;

export interface VisitQueue {
  readonly seenCount: number;
  /** Whatever is no object, was met before or lies too deep is passed over. */
  push(value: unknown, holder: ProbeHolder, at: At): void;
  /** It is not to be looked into. */
  leaveOut(value: object): void;
  /** Only the inspector can tell more of it. It was met before. */
  pushToInspect(visit: Visit): void;
  /** The nearest; among those, what plain data leads to comes first: to ask the inspector is by far the dearest step. */
  next(mayInspect: boolean): { visit: Visit; isToInspect: boolean } | undefined;
}

const FARTHEST = 3;
const MAX_OBJECTS = 40_000;
const MAX_DEPTH = 24;

export function createVisitQueue({ hasProperties }: DataReads): VisitQueue {
  const seen = new Set<object>([globalThis]);
  const lines = Array.from({ length: FARTHEST + 1 }, () => ({
    data: createLine<Visit>(),
    toInspect: createLine<Visit>(),
  }));
  const lineOf = (distance: number) => lines[Math.min(distance, FARTHEST)]!;
  return {
    get seenCount() {
      return seen.size;
    },
    push(value, holder, { depth, distance, owner, above }) {
      if (seen.size >= MAX_OBJECTS || depth > MAX_DEPTH || !hasProperties(value) || seen.has(value)) return;
      seen.add(value);
      lineOf(distance).data.push({ value, holder, depth, distance, ...(owner && { owner, above }) });
    },
    leaveOut: (value) => void seen.add(value),
    pushToInspect: (visit) => lineOf(visit.distance).toInspect.push(visit),
    next(mayInspect) {
      for (const { data, toInspect } of lines) {
        const visit = data.shift();
        if (visit) return { visit, isToInspect: false };
        const asked = mayInspect ? toInspect.shift() : undefined;
        if (asked) return { visit: asked, isToInspect: true };
      }
      return undefined;
    },
  };
}

/** An array whose beginning is taken off in large pieces: shift() alone would copy it each time. */
function createLine<T>(): { push(value: T): void; shift(): T | undefined } {
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
