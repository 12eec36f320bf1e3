// Threads of native code that take more and more of what a request costs: whose they are, and who calls that.
import type { Blame } from '../../analysis/cpu/blame/blame.ts';
import { callerOfPackage } from '../../analysis/cpu/blame/callers.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { Trend } from '../../analysis/statistics/trend.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatDuration, formatShare } from '../../units/units.ts';
import { placeWithLibrary } from '../wording.ts';

export interface NativeThreads {
  /** Milliseconds for each request. */
  cost: Trend;
  /** Of what a request costs more, 0..1. */
  share: number;
  /** "@parcel/watcher-linux-x64-glibc@2.4.1", or the file; what is loaded. */
  addons: string[];
  /** The program's call into the package that has the addon; null where it was not seen. */
  blame: Blame | null;
}

/** Null: worker threads of the program may be meant, or no addon is loaded. */
export function nativeThreads(facts: Facts): NativeThreads | null {
  const { slowdown, addons, cpu } = facts;
  if (!slowdown?.beside || !addons || addons.length === 0 || cpu.some(({ thread }) => thread !== 0))
    return null;
  return {
    cost: slowdown.beside,
    share: shareOf(slowdown.beside, slowdown.cost),
    addons: [...new Set(addons.map(({ path, package: name }) => name ?? path))],
    blame:
      addons.map(({ package: name }) => (name ? callerOfAddon(name, facts) : null)).find(Boolean) ?? null,
  };
}

/** An addon is often a package of its own for each platform, by the name of the package that loads it and more. */
function callerOfAddon(addon: string, facts: Facts): Blame | null {
  const { heapReads, asyncObservations } = facts.observations;
  const stacks = [
    ...heapReads.flatMap((read) => read.stacks),
    ...asyncObservations.flatMap(({ sites }) => sites),
  ];
  const seen = new Set(stacks.flatMap(({ frames }) => frames.flatMap((frame) => frame.package ?? [])));
  const loading = [...seen].find((name) => {
    const rest = addon.startsWith(nameOf(name)) ? addon.slice(nameOf(name).length) : null;
    return rest !== null && /^(?:$|[@/-])/.test(rest);
  });
  return loading === undefined ? null : callerOfPackage(facts, loading);
}

/** Without its version. */
const nameOf = (named: string): string => named.replace(/(?<=.)@[^@]*$/, '');

/** Where all of it does not become more, it is the whole. */
function shareOf(beside: Trend, cost: Trend): number {
  const [part, whole] = [beside.last - beside.first, cost.last - cost.first];
  return Math.max(0, Math.min(1, part / Math.max(part, whole)));
}

export function nativeThreadsEvidence({ cost, share, addons, blame }: NativeThreads): Evidence[] {
  const from = formatDuration(cost.first);
  return [
    {
      source: 'proc',
      statement: `${formatShare(share)} of the rise is on threads of native code: from ${from} to ${formatDuration(cost.last)} for each request`,
      value: cost.last,
      unit: 'ms',
    },
    { source: 'maps', statement: `native addons loaded: ${addons.join(', ')}` },
    ...(blame
      ? [{ source: 'async-resources', statement: `the program calls it in ${placeWithLibrary(blame)}` }]
      : []),
  ];
}
