// Where requests that get no answer wait: promises that stay at their pace.
import type { Facts } from '../../analysis/facts.ts';
import type { SurvivingSite } from '../../analysis/growth/resource-growth.ts';
import { survivors } from '../creation-site.ts';
import { REQUEST_PILEUP } from '../thresholds/waiting.ts';

/** The place whose promises stay at the pace of so many requests a second; null where there is none. */
export function waitingPromise(facts: Facts, slopePerSecond: number, thread: number): SurvivingSite | null {
  const distance = (other: SurvivingSite) =>
    Math.abs(Math.log(Math.max(1e-6, other.trend.slopePerSecond) / slopePerSecond));
  const near = survivors(facts, ['PROMISE'])
    .filter(
      (other) =>
        other.site.thread === thread &&
        other.blame.app &&
        other.trend.verdict === 'growing' &&
        distance(other) <= Math.log(REQUEST_PILEUP.samePace),
    )
    .sort((a, b) => depthOf(b) - depthOf(a) || distance(a) - distance(b));
  return near[0] ?? null;
}

/** Of the promises that wait for each other, the innermost was made under most of the application's functions. */
function depthOf({ site }: SurvivingSite): number {
  return site.frames.filter(({ owner }) => owner === 'app').length;
}
