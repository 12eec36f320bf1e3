// A function of the application that spends its time in several others, none of which has enough to be named alone.
import type { Frame } from '../../model/frame.ts';
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
  const totals = new Map<string, CallerTotal>();
  const itself = new Map<string, number>();
  for (const group of own) {
    const { caller, subject } = group.top.blame;
    const name = nameOf(subject!);
    itself.set(name, (itself.get(name) ?? 0) + group.selfMicros);
    if (caller === null) continue;
    const total = totals.get(nameOf(caller)) ?? { caller, selfMicros: 0, callees: [] };
    totals.set(nameOf(caller), total);
    total.callees.push(group);
    total.selfMicros += group.selfMicros;
  }
  return [...totals]
    .filter(([, { callees }]) => callees.length > 1)
    .map(([name, { caller, callees, selfMicros }]) => ({
      caller,
      callees: callees.toSorted((a, b) => b.selfMicros - a.selfMicros),
      selfMicros: selfMicros + (itself.get(name) ?? 0),
    }))
    .sort((a, b) => b.selfMicros - a.selfMicros);
}

/** The same for what `isSameFunction` calls the same: a profile has thousands of functions, too many to compare each with each. */
const nameOf = ({ functionName, file }: Frame) => `${functionName}|${file ?? ''}`;
