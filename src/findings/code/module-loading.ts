// What loading modules costs while the program runs: how many V8 compiled, and what that allocated of what stays.
import type { Facts } from '../../analysis/facts.ts';
import type { AllocationSite, HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { Frame } from '../../model/frame.ts';
import { CODE_GROWTH } from '../thresholds/memory.ts';

export interface ModuleLoading {
  /** Modules a second, as V8 compiled them while it was watched. */
  perSecond: number;
  /** Places that allocate more and more below the loader, the largest first. */
  sites: AllocationSite[];
  /** Of the growth of the heap, 0..1. */
  share: number;
}

/** `isLoader`: frames of the loader in question. Null: too little of either. A program that is still loading does neither for long. */
export function moduleLoading(
  { thread, sites }: HeapGrowth,
  facts: Facts,
  isLoader: (frame: Frame) => boolean,
): ModuleLoading | null {
  const perSecond = facts.observations.compileSites
    .filter((site) => site.thread === thread && site.frames.some(isLoader))
    .reduce((sum, { scripts, watchedMillis }) => sum + (scripts * 1_000) / watchedMillis, 0);
  const loading = sites.filter(({ frames, trend }) => trend.verdict === 'growing' && frames.some(isLoader));
  const share = loading.reduce((sum, site) => sum + site.share, 0);
  const isMuch = perSecond >= CODE_GROWTH.leastPerSecond && share >= CODE_GROWTH.leastModuleShare;
  return isMuch ? { perSecond, sites: loading, share } : null;
}
