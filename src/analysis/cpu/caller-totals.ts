// A function of the application that spends its time in several others, none of which has enough to be named alone.
import type { Frame } from '../../model/frame.ts';
import { isSameFunction } from './blame/blame.ts';
import type { Responsibility } from './cpu.ts';

export interface CallerTotal {
  caller: Frame;
  /** Of the caller itself and of those that it calls. */
  selfMicros: number;
  /** The functions that it calls, the one with most time first; two at least. */
  callees: Responsibility[];
}

/** The one with most time first. `groups` as groupByBlame() gives them; time in packages is theirs. */
export function callerTotals(groups: readonly Responsibility[]): CallerTotal[] {
  const own = groups.filter(({ top }) => top.blame.app !== null && top.blame.library === null);
  const totals: CallerTotal[] = [];
  for (const group of own) {
    const { caller } = group.top.blame;
    if (caller === null) continue;
    const known = totals.find((total) => isSameFunction(total.caller, caller));
    if (known) known.callees.push(group);
    else totals.push({ caller, selfMicros: 0, callees: [group] });
  }
  return totals
    .filter(({ callees }) => callees.length > 1)
    .map(({ caller, callees }) => {
      const itself = own.filter(({ top }) => isSameFunction(top.blame.subject!, caller));
      const selfMicros = [...callees, ...itself].reduce((sum, each) => sum + each.selfMicros, 0);
      return { caller, callees: callees.toSorted((a, b) => b.selfMicros - a.selfMicros), selfMicros };
    })
    .sort((a, b) => b.selfMicros - a.selfMicros);
}
