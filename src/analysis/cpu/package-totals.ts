// A package that several places of the application call, each for little time: in total it may take most of the CPU time.
import type { Responsibility } from './cpu.ts';

export interface PackageTotal {
  /** `name@version`. */
  package: string;
  /** All that goes to it, from all callers. */
  selfMicros: number;
  /** The places that call it, the one with most time first; two at least. */
  callers: Responsibility[];
}

/** The one with most time first. `groups` as groupByBlame() gives them. */
export function packageTotals(
  groups: readonly Responsibility[],
  callersOfApp: ReadonlySet<string>,
): PackageTotal[] {
  const shared = new Map<string, PackageTotal>();
  for (const group of groups) {
    const { app, library, inner } = group.top.blame;
    const name = (inner ?? library)?.package ?? null;
    if (!app || name === null || callersOfApp.has(name)) continue;
    const known = shared.get(name) ?? { package: name, selfMicros: 0, callers: [] };
    shared.set(name, known);
    known.selfMicros += group.selfMicros;
    known.callers.push(group);
  }
  return [...shared.values()]
    .filter(({ callers }) => callers.length > 1)
    .map((each) => ({ ...each, callers: each.callers.toSorted((a, b) => b.selfMicros - a.selfMicros) }))
    .sort((a, b) => b.selfMicros - a.selfMicros);
}
