// Collections that are filling towards a maximum: how they are described, and which are not leaks.
import type { Facts } from '../../analysis/facts.ts';
import type { Filling, GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import { formatDuration, formatShare } from '../../units/units.ts';
import { heapLimitOf } from '../limits.ts';
import { HEAP_CAUSE } from '../thresholds/memory.ts';

/** It has a maximum of its own, and the heap has room for what it will hold then. */
export function hasRoom({ filling, trend }: GrowingCollection, { floor }: HeapGrowth, facts: Facts): boolean {
  if (!filling || filling.isNearby) return false;
  const bytesPerEntry = Math.max(0, floor.slopePerSecond) / trend.slopePerSecond;
  const limit = heapLimitOf(facts.observations) ?? Number.POSITIVE_INFINITY;
  return floor.last + filling.entriesLeft * bytesPerEntry < limit * HEAP_CAUSE.roomAtMaximum;
}

/** "71% full, full in about 12 s (`maxSize`)" */
export function fillingWords({ share, secondsLeft, limitName }: Filling): string {
  return `${formatShare(share)} full, full in about ${formatDuration(secondsLeft * 1_000)} (\`${limitName}\`)`;
}
