// Searches for pools along references: in short slices, each a pause that culprit causes.
import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeHolder } from '../../../probe/probe-protocol.ts';
import type { FieldVisitor } from '../../../probe/walk/field-group.ts';
import type { ReferenceWalk } from '../../../probe/walk/reference-walk.ts';

export interface PoolSearchParts {
  references: ReferenceWalk;
  /** Runs a slice of the search: a pause of ours. */
  asOwnPause(work: () => void): void;
  /** Runs work of ours that makes async resources. */
  asOwnWork<T>(work: () => T): T;
  /** Hears of each object that was met. */
  consider(value: object, holder: ProbeHolder): void;
  /** Hears of what only the inspector sees; not where data alone is followed. */
  considerFields: FieldVisitor;
}

const LONGEST_CHAIN = 32;
/** Milliseconds. Through closures it is looked where requests wait anyway. */
const PACES = { data: { slice: 3, rest: 97 }, closures: { slice: 4, rest: 26 } };

/** The function begins a search anew, until all was seen or `budgetMillis` are spent. It ends when the probe stops. */
export function createPoolSearch(core: ProbeCore, parts: PoolSearchParts) {
  const { references, asOwnPause, asOwnWork, consider, considerFields } = parts;
  const timers: typeof import('node:timers') = core.load('timers');
  let sliceTimer: NodeJS.Timeout | null = null;
  const rest = () => {
    if (sliceTimer) timers.clearTimeout(sliceTimer);
    sliceTimer = null;
  };
  core.cleanups.push(rest);
  return (budgetMillis: number, isDataOnly: boolean): void => {
    rest();
    const limits = { longestChain: LONGEST_CHAIN, isDataOnly, first: { names: [], files: [], callers: [] } };
    const walk = references.begin(limits, { visit: consider, visitFields: considerFields });
    const pace = isDataOnly ? PACES.data : PACES.closures;
    let spent = 0;
    const slice = () => {
      try {
        if (core.isStopped()) return;
        const from = core.now();
        let isDone = false;
        asOwnPause(() => {
          isDone = walk.goOn(pace.slice);
        });
        spent += core.now() - from;
        if (isDone || spent >= budgetMillis) return rest();
        asOwnWork(() => {
          sliceTimer = timers.setTimeout(slice, pace.rest);
          sliceTimer.unref();
        });
      } catch {}
    };
    slice();
  };
}
