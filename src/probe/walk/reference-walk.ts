// What the program can reach, followed from its roots through properties and closures. Unlike a walk over the whole heap it
// takes next to no memory, and it tells by which name a thing is held. Calls no code of the program.
import type { ProbeCore } from '../core.ts';
import type { Inspect, ThreadInspector } from '../objects/thread-inspector.ts';
import type { ProbeHolder, ProbeWalk } from '../probe-protocol.ts';
import type { FieldVisitor } from './field-group.ts';
import { eachRoot } from './roots.ts';
import { createDataVisits } from './visit-data.ts';
import { createFunctionVisits } from './visit-functions.ts';
import { createVisitQueue, type Visit } from './visit-queue.ts';

export interface ReferenceWalk {
  /**
   * Notes the roots. `visit` hears of each object once, and by which name it is held; `visitFields` of what belongs together
   * and only the inspector sees.
   */
  begin(limits: WalkLimits, visit: Visitor, visitFields?: FieldVisitor): Walk;
}

export interface WalkLimits {
  /** Functions that hold each other are followed for so many of them. */
  longestChain: number;
  /** Only what plain data leads to, not what functions close over: a tenth of the time. */
  isDataOnly: boolean;
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
const MAX_FUNCTIONS = 100;

export function createReferenceWalk(core: ProbeCore, thread: ThreadInspector): ReferenceWalk {
  return {
    begin({ longestChain, isDataOnly }, visit, visitFields = () => {}) {
      const { queue, places, goOn } = begin(core, longestChain, { visit, visitFields });
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
        }),
      };
    },
  };
}

interface Visitors {
  visit: Visitor;
  visitFields: FieldVisitor;
}

function begin({ load, reads, now }: ProbeCore, longestChain: number, { visit, visitFields }: Visitors) {
  const queue = createVisitQueue(reads);
  const { visitData, nameOf } = createDataVisits(reads, queue);
  const functions = createFunctionVisits({ reads, queue, nameOf, longestChain, visitFields });
  eachRoot(load, reads, (value, holder, distance) => queue.push(value, holder, { depth: 0, distance }));

  /** One step; false when there is none left. */
  const step = (inspect: Inspect | null): boolean => {
    const next = queue.next(inspect !== null);
    if (!next) return false;
    const { visit: visited, isToInspect } = next;
    if (isToInspect) {
      if (inspect) functions.visit(visited, inspect);
      return true;
    }
    visit(visited.value, visited.holder, visited);
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
  return { queue, places: functions.places, goOn };
}
