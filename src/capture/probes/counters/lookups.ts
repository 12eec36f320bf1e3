// Names that are looked up, and how long it takes, from Node's own performance entries.
import type { ProbeCore } from '../core.ts';
import type { ProbeLookup } from '../probe-protocol.ts';

export interface Lookups {
  /** Those that ended since this was last asked, the slowest names first; undefined where Node does not tell. */
  take(): ProbeLookup[] | undefined;
}

const MAX_NAMES = 200;
const MAX_TOLD = 20;

export function createLookups({ load, cleanups }: ProbeCore): Lookups {
  const perf: typeof import('node:perf_hooks') = load('perf_hooks');
  let byName = new Map<string, ProbeLookup>();
  const { supportedEntryTypes: supported = [] } = perf.PerformanceObserver as {
    supportedEntryTypes?: readonly string[];
  };
  if (!supported.includes('dns')) return { take: () => undefined };
  const observer = new perf.PerformanceObserver((list) => {
    try {
      for (const entry of list.getEntries()) {
        const { hostname, host } = ((entry as { detail?: unknown }).detail ?? {}) as Record<string, unknown>;
        const name = String(hostname ?? host ?? '').slice(0, 255);
        let known = byName.get(name);
        if (!known) {
          if (byName.size >= MAX_NAMES) continue;
          known = { name, call: entry.name.slice(0, 40), count: 0, totalMillis: 0, longestMillis: 0 };
          byName.set(name, known);
        }
        known.count++;
        known.totalMillis += entry.duration;
        known.longestMillis = Math.max(known.longestMillis, entry.duration);
      }
    } catch {}
  });
  observer.observe({ entryTypes: ['dns'] as never });
  cleanups.push(() => observer.disconnect());
  return {
    take() {
      const told = [...byName.values()].sort((a, b) => b.totalMillis - a.totalMillis).slice(0, MAX_TOLD);
      byName = new Map();
      return told;
    },
  };
}
