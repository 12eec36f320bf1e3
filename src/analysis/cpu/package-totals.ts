// Packages by all that goes to them: one that several places of the application call, each for little time, and one that works
// on after an await or in a callback, with the application on the stack no more.
import type { Blame } from './blame/blame.ts';
import type { Responsibility } from './cpu.ts';
import type { GcSite } from './gc.ts';

export interface PackageTotal {
  /** `name@version`. */
  package: string;
  /** All that goes to it, from all callers. */
  selfMicros: number;
  /** The places that call it, the one with most time first; two at least. Of what it does later, its functions. */
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

export interface LaterTotal extends PackageTotal {
  /** Of `selfMicros`, garbage collections that it set off. */
  gcMicros: number;
}

/**
 * What packages do with no code of the application on the stack, by each package that has a part in it. The one with most time
 * first. What packages that call the application do is for whoever came.
 */
export function laterTotals(
  groups: readonly Responsibility[],
  callersOfApp: ReadonlySet<string>,
  collections: readonly GcSite[] = [],
): LaterTotal[] {
  const totals = new Map<string, LaterTotal>();
  for (const group of groups) {
    for (const name of packagesAlone(group.top.blame, callersOfApp)) {
      const known = totals.get(name) ?? { package: name, selfMicros: 0, gcMicros: 0, callers: [] };
      totals.set(name, known);
      known.selfMicros += group.selfMicros;
      known.callers.push(group);
    }
  }
  for (const { blame, gcMicros } of collections) {
    for (const name of packagesAlone(blame, callersOfApp)) {
      const known = totals.get(name);
      if (!known) continue;
      known.selfMicros += gcMicros;
      known.gcMicros += gcMicros;
    }
  }
  return [...totals.values()]
    .map((each) => ({ ...each, callers: each.callers.toSorted((a, b) => b.selfMicros - a.selfMicros) }))
    .sort((a, b) => b.selfMicros - a.selfMicros);
}

function packagesAlone({ app, chain }: Blame, callersOfApp: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(app ? [] : chain.flatMap((link) => link.package ?? []));
  return [...names].some((name) => callersOfApp.has(name)) ? new Set() : names;
}
