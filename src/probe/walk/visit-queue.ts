// Objects that a walk has met and has not visited yet, each once and with the name by which it is held. A walk seldom visits
// all: what the program holds itself comes before what only its libraries lead to.

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
  /** A function with one of the names that come first. */
  isFirst?: boolean;
  /**
   * How many functions of libraries have to be looked into on the way; from some on all are alike. Below 0: so many steps through
   * functions are left of the way from one with a name that comes first.
   */
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
  /** Whatever is no object, was met before or lies too deep is passed over. Of a proxy only the inspector tells what it stands for. */
  push(value: unknown, holder: ProbeHolder, at: At): void;
  /** It is not to be looked into. */
  leaveOut(value: object): void;
  /** Only the inspector can tell more of it. It was met before. */
  pushToInspect(visit: Visit): void;
  /** It has values for some of the objects that are met, and nothing lists which. */
  pushWeakMap(visit: Visit): void;
  /**
   * The nearest; among those, what plain data leads to comes first: to ask the inspector is by far the dearest step. At last
   * what WeakMaps have for the objects that were met: some of them at a time.
   */
  next(mayInspect: boolean): Step | undefined;
}

export type Step =
  | { kind: 'visit' | 'inspect'; visit: Visit }
  | { kind: 'look-up'; visit: Visit; keys: readonly object[] };

/** Many functions have the same name. */
const MOST_OF_A_NAME = 50;
const FARTHEST = 3;
/** What is as many functions away from one that comes first is nearer than all else. */
export const AROUND_FIRST = -2;
const MAX_OBJECTS = 40_000;
const MAX_DEPTH = 24;
const MOST_WEAK_MAPS = 64;
/** Programs that have all of their state behind proxies have some that lead to the rest. */
const MOST_PROXIES = 100;
/** At a time, and in all: a look-up takes about 40 ns. */
const SOME_KEYS = 256;
const MOST_LOOK_UPS = 500_000;

/** `firstNames`: functions with one of these names come before everything else, and are as near as the program's own. */
export function createVisitQueue(
  { hasProperties, nameOf, types }: DataReads,
  firstNames: readonly string[],
): VisitQueue {
  const firstLeft = new Map(firstNames.map((name) => [name, MOST_OF_A_NAME]));
  const seen = new Set<object>([globalThis]);
  const met: object[] = [];
  const weakMaps: { visit: Visit; from: number }[] = [];
  let lookUps = 0;
  let proxies = 0;
  const isProxy = (value: unknown): value is object =>
    ((typeof value === 'object' && value !== null) || typeof value === 'function') && types.isProxy(value);
  const makeLines = () => ({ data: createLine<Visit>(), toInspect: createLine<Visit>() });
  const first = makeLines();
  const lines = Array.from({ length: FARTHEST - AROUND_FIRST + 1 }, makeLines);
  const takesFirst = (value: object, holder: ProbeHolder): boolean => {
    // Bundlers export by getters without a name, under the name of the function that they lead to.
    const name = typeof value === 'function' ? nameOf(value) || holder.name : '';
    const left = firstLeft.get(name) ?? 0;
    if (left > 0) firstLeft.set(name, left - 1);
    return left > 0;
  };
  /** In those WeakMaps that are no farther away. */
  const nextLookUp = (distance: number): Step | undefined => {
    const map = weakMaps.find(
      ({ visit, from }) => from < met.length && Math.min(visit.distance, FARTHEST) <= distance,
    );
    if (!map || lookUps >= MOST_LOOK_UPS) return undefined;
    const keys = met.slice(map.from, map.from + SOME_KEYS);
    map.from += keys.length;
    lookUps += keys.length;
    return { kind: 'look-up', visit: map.visit, keys };
  };
  const lineOf = ({ isFirst, distance }: Pick<Visit, 'isFirst' | 'distance'>) =>
    isFirst ? first : lines[Math.min(distance, FARTHEST) - AROUND_FIRST]!;
  return {
    get seenCount() {
      return seen.size;
    },
    push(value, holder, { depth, distance, owner, above }) {
      if (seen.size >= MAX_OBJECTS || depth > MAX_DEPTH) return;
      if (isProxy(value)) {
        if (seen.has(value) || proxies++ >= MOST_PROXIES) return;
        seen.add(value);
        lineOf({ distance }).toInspect.push({
          value,
          holder,
          depth,
          distance,
          ...(owner && { owner, above }),
        });
        return;
      }
      if (!hasProperties(value) || seen.has(value)) return;
      seen.add(value);
      met.push(value);
      const isFirst = takesFirst(value, holder);
      const near = isFirst ? { distance: 0, isFirst } : { distance };
      lineOf(near).data.push({ value, holder, depth, ...near, ...(owner && { owner, above }) });
    },
    leaveOut: (value) => void seen.add(value),
    pushToInspect: (visit) => lineOf(visit).toInspect.push(visit),
    pushWeakMap(visit) {
      if (weakMaps.length < MOST_WEAK_MAPS) weakMaps.push({ visit, from: 0 });
    },
    next(mayInspect) {
      const named = first.data.shift();
      if (named) return { kind: 'visit', visit: named };
      const namedAsked = mayInspect ? first.toInspect.shift() : undefined;
      if (namedAsked) return { kind: 'inspect', visit: namedAsked };
      for (const [i, { data, toInspect }] of lines.entries()) {
        const visit = data.shift();
        if (visit) return { kind: 'visit', visit };
        const asked = mayInspect ? toInspect.shift() : undefined;
        if (asked) return { kind: 'inspect', visit: asked };
        const lookUp = nextLookUp(i + AROUND_FIRST);
        if (lookUp) return lookUp;
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
