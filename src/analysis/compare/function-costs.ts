// The cost of each function in every run of both sides, once the functions are matched.

import type { FunctionCost, Run } from '../../model/comparison/run.ts';
import type { Frame } from '../../model/frame.ts';
import { matchFunctions } from './match-functions.ts';
import type { Sides } from './sides.ts';

/** One function over all runs; the lists are in the order of the runs of a side, 0 where it did not run. */
export interface MatchedFunction {
  id: string;
  /** On head, or on base when it is gone there. */
  frame: Frame;
  presence: 'both' | 'new' | 'gone';
  self: { base: number[]; head: number[] };
  total: { base: number[]; head: number[] };
  /** Of the program's own functions: also what libraries and Node did on their behalf; 0 for all others. */
  owned: { base: number[]; head: number[] };
  /** Bytes. */
  allocated: { base: number[]; head: number[] };
  /** Who it calls and who calls it, by id. */
  neighbours: Set<string>;
}

export interface MatchedCosts {
  functions: Map<string, MatchedFunction>;
  /** The id of a function of a run by its key there. */
  idOf(side: 'base' | 'head', key: string): string;
}

export function matchCosts({ base, head }: Sides): MatchedCosts {
  const all = (runs: readonly Run[]) => runs.flatMap(({ functions }) => functions);
  const matched = matchFunctions(all(base), all(head));
  const idOf = (side: 'base' | 'head', key: string) => matched[side].get(key) ?? key;
  const functions = new Map<string, MatchedFunction>();
  const zeros = () => ({ base: base.map(() => 0), head: head.map(() => 0) });
  const add = (side: 'base' | 'head', at: number, cost: FunctionCost) => {
    const id = idOf(side, cost.key);
    let entry = functions.get(id);
    if (!entry) {
      const presence = side === 'base' ? 'gone' : 'new';
      entry = {
        id,
        frame: cost.frame,
        presence,
        self: zeros(),
        total: zeros(),
        owned: zeros(),
        allocated: zeros(),
        neighbours: new Set(),
      };
      functions.set(id, entry);
    }
    if (side === 'head' && entry.presence === 'gone')
      Object.assign(entry, { presence: 'both', frame: cost.frame });
    entry.self[side][at]! += cost.selfMicros;
    entry.total[side][at]! += cost.totalMicros;
    entry.allocated[side][at]! += cost.allocatedBytes ?? 0;
  };
  for (const [at, run] of base.entries()) for (const cost of run.functions) add('base', at, cost);
  for (const [at, run] of head.entries()) for (const cost of run.functions) add('head', at, cost);
  const link = (side: 'base' | 'head', { calls }: Run) => {
    for (const { parent, key } of calls) {
      if (parent <= 0) continue;
      const [inner, outer] = [idOf(side, key), idOf(side, calls[parent]!.key)];
      if (inner === outer) continue;
      functions.get(inner)?.neighbours.add(outer);
      functions.get(outer)?.neighbours.add(inner);
    }
  };
  const own = (side: 'base' | 'head', at: number, { calls }: Run) => {
    const owners: (MatchedFunction | null)[] = [];
    for (const [i, { parent, key, frame, selfMicros }] of calls.entries()) {
      const isApp = frame.owner === 'app';
      owners[i] = (isApp ? functions.get(idOf(side, key)) : undefined) ?? owners[parent] ?? null;
      if (owners[i]) owners[i].owned[side][at]! += selfMicros;
    }
  };
  for (const [at, run] of base.entries()) own('base', at, run);
  for (const [at, run] of head.entries()) own('head', at, run);
  for (const run of base) link('base', run);
  for (const run of head) link('head', run);
  return { functions, idOf };
}
