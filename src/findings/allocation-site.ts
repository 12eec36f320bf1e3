// Where what stays in the heap is allocated: which of the places of a heap profile count, and the one behind a collection.
import type { GrowingCollection } from '../analysis/growth/growing-collections.ts';
import type { AllocationSite, HeapGrowth } from '../analysis/growth/heap-growth.ts';
import { HEAP_CAUSE } from './thresholds/memory.ts';

export function isGrowingInNode(site: AllocationSite, growth: HeapGrowth): boolean {
  const isNodes = site.blame.subject === null && site.frames.some(({ owner }) => owner === 'node');
  return isNodes && isGrowing(site, growth) && site.share >= HEAP_CAUSE.leastSiteShare;
}

export function isGrowingInUserCode(site: AllocationSite, growth: HeapGrowth): boolean {
  return isGrowing(site, growth) && site.blame.subject !== null && site.share >= HEAP_CAUSE.leastShareBehind;
}

/** Of a heap that could be read twice only, a place counts when it made a good part of what the floor rose by. */
function isGrowing({ trend, grownBytes }: AllocationSite, { floor }: HeapGrowth): boolean {
  if (trend.verdict !== 'too-little-data') return trend.verdict === 'growing';
  const rise = floor.last - floor.first;
  return floor.verdict === 'growing' && grownBytes >= rise * HEAP_CAUSE.leastOfRise;
}

export function siteBehind(growth: HeapGrowth, filled: GrowingCollection): AllocationSite | null {
  const { sites } = growth;
  const { insertion } = filled;
  const growing = sites.filter((site) => isGrowingInUserCode(site, growth));
  const file = insertion?.blame.subject?.file;
  return (
    sites.find(
      ({ blame, share }) =>
        share >= HEAP_CAUSE.leastShareBehind && blame.subject && blame.subject.file === file,
    ) ??
    growing.find((site) => site.share >= HEAP_CAUSE.leastSiteShare) ??
    growing[0] ??
    (insertion ? null : (mostOfRise(growth) ?? makerOfEntries(filled, growth)))
  );
}

/** Samples of a slow leak scatter: a place that has much of what stays, and more at most reads, is meant where nobody was seen adding. */
function mostOfRise({ sites, floor }: HeapGrowth): AllocationSite | null {
  if (floor.verdict !== 'growing') return null;
  return (
    sites.find(
      ({ blame, share, trend: { risingSteps } }) =>
        blame.subject !== null &&
        share >= HEAP_CAUSE.leastSiteShare &&
        risingSteps[0] >= risingSteps[1] * HEAP_CAUSE.leastRisingSteps,
    ) ?? null
  );
}

/** Nobody can be caught adding to a list or a chain: the place that makes most of what stays of the program, if that is about what its new nodes take. */
export function makerOfEntries(
  { collection, trend, insertion }: GrowingCollection,
  { sites }: HeapGrowth,
): AllocationSite | null {
  if (insertion || (collection.type !== 'List' && collection.type !== 'Chain')) return null;
  const entries = trend.last - trend.first;
  const users = sites.filter(({ blame }) => blame.subject !== null);
  const all = users.reduce((sum, { grownBytes }) => sum + grownBytes, 0);
  return (
    users.find(
      ({ share, grownBytes }) =>
        share >= HEAP_CAUSE.leastSiteShare &&
        grownBytes >= all * HEAP_CAUSE.leastOfEntries &&
        grownBytes >= entries * HEAP_CAUSE.smallestNodeBytes &&
        grownBytes <= entries * HEAP_CAUSE.usualEntryBytes,
    ) ?? null
  );
}
