// Names that are looked up: how often, and how long each takes.
import type { RuntimeSample } from '../../model/samples.ts';

export interface LookupSummary {
  name: string;
  call: string;
  count: number;
  perSecond: number;
  meanMillis: number;
  longestMillis: number;
}

/** One for each name and call, those that cost most time first; null where Node does not tell. */
export function summarizeLookups(
  runtime: readonly RuntimeSample[],
  lookSeconds: number,
): LookupSummary[] | null {
  const main = runtime.filter(({ thread, lookups }) => thread === 0 && lookups);
  if (main.length === 0) return null;
  const byName = new Map<string, LookupSummary & { totalMillis: number }>();
  for (const { lookups = [] } of main) {
    for (const { name, call, count, totalMillis, longestMillis } of lookups) {
      const key = `${call}|${name}`;
      const known = byName.get(key) ?? {
        name,
        call,
        count: 0,
        perSecond: 0,
        meanMillis: 0,
        longestMillis: 0,
        totalMillis: 0,
      };
      known.count += count;
      known.totalMillis += totalMillis;
      known.longestMillis = Math.max(known.longestMillis, longestMillis);
      byName.set(key, known);
    }
  }
  return [...byName.values()]
    .sort((a, b) => b.totalMillis - a.totalMillis)
    .map(({ totalMillis, ...lookup }) => ({
      ...lookup,
      perSecond: lookup.count / Math.max(1, lookSeconds),
      meanMillis: totalMillis / Math.max(1, lookup.count),
    }));
}
