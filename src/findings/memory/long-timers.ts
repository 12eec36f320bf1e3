// Single timers that are set for minutes and keep what they close over until then, while the heap rises with them.
import type { Facts } from '../../analysis/facts.ts';
import type { SurvivingSite } from '../../analysis/growth/resource-growth.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatBytes, formatDuration, formatNumber } from '../../units/units.ts';
import { TIMER_LEAK } from '../thresholds/handles.ts';
import { findHeapCause } from './heap-cause.ts';
import { floorEvidence } from './heap-impact.ts';

/** All that were seen being set are waiting still, and the heap rises at their pace with nothing else to name for it. */
export function keepsMemory(timers: SurvivingSite, facts: Facts): boolean {
  const { site, survival, trend, madePerSecond } = timers;
  const { long } = TIMER_LEAK;
  const isLong = !site.isRepeating && (site.delayMillis ?? 0) >= long.leastMillis;
  const isWatched = (site.reads.at(-1)?.oldWatched ?? 0) >= long.leastWatched;
  if (!isLong || !isWatched || (survival ?? 0) < long.leastSurvival) return false;
  if (trend.verdict !== 'growing' || madePerSecond < long.leastPerSecond) return false;
  if (isOfEntries(timers, facts)) return false;
  const bytes = bytesEach(timers, facts);
  return bytes !== null && bytes >= long.leastBytesEach && bytes <= long.mostBytesEach;
}

/** A collection takes as many: entries that expire, each with its timer. */
function isOfEntries({ site, madePerSecond }: SurvivingSite, { collections }: Facts): boolean {
  return collections.some(({ collection, trend }) => {
    const ratio = trend.slopePerSecond / madePerSecond;
    return (
      collection.thread === site.thread && ratio >= 1 / TIMER_LEAK.samePace && ratio <= TIMER_LEAK.samePace
    );
  });
}

/** Null: the heap is not seen to rise, or a collection is seen being filled. */
function bytesEach({ site, madePerSecond }: SurvivingSite, facts: Facts): number | null {
  const growth = facts.heap.find(({ thread }) => thread === site.thread);
  const cause = growth && findHeapCause(growth, facts);
  if (!cause?.isMeasured || cause.filled?.insertion?.blame.subject) return null;
  return cause.growth.floor.slopePerSecond / madePerSecond;
}

/** Where they were told by the memory that they keep: that, and where it ends if nothing sets them again. */
export function memoryOfTimers(
  timers: SurvivingSite,
  facts: Facts,
): { evidence: Evidence[]; caveats: string[] } {
  const growth = facts.heap.find(({ thread }) => thread === timers.site.thread);
  if (!growth || !keepsMemory(timers, facts)) return { evidence: [], caveats: [] };
  const { site, madePerSecond } = timers;
  const waiting = (madePerSecond * site.delayMillis!) / 1_000;
  const bytes = (growth.floor.slopePerSecond * site.delayMillis!) / 1_000;
  const delay = formatDuration(site.delayMillis!);
  return {
    evidence: [floorEvidence(growth)],
    caveats: [
      `If their callbacks do not set them again, their number stops rising ${delay} after the first: about ${formatNumber(Number(waiting.toPrecision(2)))} are waiting then, and keep about ${formatBytes(bytes)}.`,
    ],
  };
}
