// Walks what the program can reach, from its roots through properties and closures. Unlike a walk over the whole heap it
// takes next to no memory, and it knows the name by which an object is held. Calls no code of the program.
import { functionKey } from '../../model/owner/function-key.ts';
import { ownerOf, plainPath } from '../../model/owner/owner.ts';
import type { ProbeCore } from '../core.ts';
import type { Inspect, ThreadInspector } from '../objects/thread-inspector.ts';
import type { ProbeHolder, ProbeWalk, WalkFirst, WalkLimits } from '../probe-protocol.ts';
import type { FieldVisitor, PlaceVisitor } from './field-group.ts';
import { eachRoot } from './roots.ts';
import { createDataVisits } from './visit-data.ts';
import { createFunctionVisits } from './visit-functions.ts';
import { createVisitQueue, type Visit, type VisitQueue } from './visit-queue.ts';

export interface ReferenceWalk {
  /** Notes the roots. */
  begin(limits: WalkLimits, visitors: WalkVisitors): Walk;
}

export interface WalkVisitors {
  /** Hears of each object once, and by which name it is held. */
  visit: Visitor;
  /** Of what belongs together and only the inspector sees. */
  visitFields?: FieldVisitor;
  /** Of long texts, and of objects that link to another of their kind. */
  visitPlace?: PlaceVisitor;
}

/** A walk under way. It holds what is still to be seen. */
export interface Walk {
  /** Goes on for `millis`; true when all was seen. Never throws. */
  goOn(millis: number): boolean;
  /** What was met so far. */
  result(): ProbeWalk;
}

type Visitor = (value: object, holder: ProbeHolder, within?: Pick<Visit, 'owner' | 'above'>) => void;

const LEAST_FUNCTIONS = 5;
const MAX_REGISTRIES = 10;
const MAX_FUNCTIONS = 100;

export function createReferenceWalk(core: ProbeCore, thread: ThreadInspector): ReferenceWalk {
  const ofNodes = new WeakSet<object>();
  return {
    begin({ longestChain, isDataOnly, first }, { visit, visitFields = () => {}, visitPlace = () => {} }) {
      const registries: ProbeHolder[] = [];
      const isRegistry = (value: object) =>
        typeof FinalizationRegistry === 'function' && core.reads.isA(value, FinalizationRegistry);
      const visitAlso: Visitor = (value, holder, within) => {
        if (registries.length < MAX_REGISTRIES && isRegistry(value)) registries.push(holder);
        visit(value, holder, within);
      };
      const queue = createVisitQueue(core.reads, first.names);
      const visitors = { visit: visitAlso, visitFields, visitPlace };
      const { places, goOn } = begin(core, { queue, longestChain, first, thread, ofNodes }, visitors);
      let isWhole = false;
      return {
        goOn(millis) {
          if (isDataOnly) isWhole = goOn(null, millis);
          else {
            try {
              thread.during((inspect) => {
                isWhole = goOn(inspect, millis);
              });
            } catch {
              // Built without an inspector: there is nothing to follow closures with.
              isWhole = goOn(null, millis);
            }
          }
          return isWhole;
        },
        result: () => ({
          scanned: queue.seenCount,
          cut: !isWhole,
          functions: [...places.values()]
            .filter(({ count }) => count >= LEAST_FUNCTIONS)
            .sort((a, b) => b.count - a.count)
            .slice(0, MAX_FUNCTIONS),
          ...(registries.length > 0 && { registries }),
        }),
      };
    },
  };
}

function begin(
  { load, reads, now }: ProbeCore,
  {
    queue,
    longestChain,
    first,
    thread,
    ofNodes,
  }: {
    queue: VisitQueue;
    longestChain: number;
    first: WalkFirst;
    thread: ThreadInspector;
    ofNodes: WeakSet<object>;
  },
  visitors: Required<WalkVisitors>,
) {
  const { visit, visitFields, visitPlace } = visitors;
  const { visitData, visitWeakValues, nameOf } = createDataVisits(reads, queue, visitPlace);
  const [files, callers] = [new Set(first.files), new Set(first.callers)];
  const isFar = (url: string) => ownerOf(url) === 'library' && !files.has(plainPath(url));
  const functions = createFunctionVisits({
    reads,
    queue,
    nameOf,
    longestChain,
    isFar: (place) => isFar(place.url) && !callers.has(functionKey(place)),
    isPrograms: ({ url }) => ownerOf(url) !== 'library',
    visitFields,
    visitPlace,
    ofNodes,
  });
  eachRoot(load, { reads, isFar, thread }, (value, holder, distance) =>
    queue.push(value, holder, { depth: 0, distance }),
  );

  /** One step; false when there is none left. */
  const step = (inspect: Inspect | null): boolean => {
    const next = queue.next(inspect !== null);
    if (!next) return false;
    const { kind, visit: visited } = next;
    if (kind === 'inspect') {
      if (inspect) functions.visit(visited, inspect);
      return true;
    }
    if (kind === 'look-up') {
      visitWeakValues(visited, next.keys);
      return true;
    }
    visit(visited.value, visited.holder, visited);
    if (reads.types.isWeakMap(visited.value)) queue.pushWeakMap(visited);
    if (visitData(visited)) queue.pushToInspect(visited);
    return true;
  };
  /** True when everything was seen. */
  const goOn = (inspect: Inspect | null, millis: number): boolean => {
    const from = now();
    while (now() - from < millis) {
      try {
        if (!step(inspect)) return true;
      } catch {}
    }
    return false;
  };
  return { places: functions.places, goOn };
}
