// What all causes of a rising heap have in common: how fast it rises, when it meets its limit, and the proof of that.
import type { Facts } from '../../analysis/facts.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { Evidence, Impact } from '../../model/finding.ts';
import { formatBytes } from '../../units/units.ts';
import { heapLimitOf } from '../limits.ts';
import { risen, secondsUntil } from '../wording.ts';

/** `share` is the part of all growth, 0..1, that the named place allocates. */
export function heapImpact({ floor }: HeapGrowth, share: number | undefined, facts: Facts): Impact {
  const limit = heapLimitOf(facts.observations);
  return {
    metric: 'heap',
    value: Math.max(0, Math.round(floor.slopePerSecond)),
    unit: 'bytes/s',
    share,
    exhaustionSeconds: secondsUntil(limit, floor),
    limit: limit === undefined ? undefined : `heap limit ${formatBytes(limit)}`,
  };
}

export function floorEvidence({ floor }: HeapGrowth): Evidence {
  return {
    source: 'gc',
    statement: `memory in use after a full GC ${risen(floor)}, from ${formatBytes(floor.first)} to ${formatBytes(floor.last)}`,
    value: floor.slopePerSecond,
    unit: 'bytes/s',
  };
}
