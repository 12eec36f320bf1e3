// Where requests that get no answer wait: promises that accumulate at the same pace.

import { isSameFunction } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { SurvivingSite } from '../../analysis/growth/resource-growth.ts';
import type { Outage } from '../../analysis/waiting/outage.ts';
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
  const [first] = near;
  return first ? (innermost(facts, thread, first) ?? first) : null;
}

/** Where as many promises stay as requests wait, and as large a part of them: their number need not rise as evenly. */
export function promiseOfAsMany(
  { alive, survival, site }: Pick<SurvivingSite, 'alive' | 'survival' | 'site'>,
  facts: Facts,
): SurvivingSite | null {
  const distance = (other: SurvivingSite) => Math.abs(Math.log(Math.max(1e-6, other.alive) / alive));
  const near = survivors(facts, ['PROMISE']).filter(
    (other) =>
      other.site.thread === site.thread &&
      other.blame.app &&
      (other.site.reads.at(-1)?.oldAlive ?? 0) >= REQUEST_PILEUP.leastWaiting &&
      (other.survival ?? 0) >= (survival ?? 0) * REQUEST_PILEUP.asLargePart &&
      distance(other) <= Math.log(REQUEST_PILEUP.asMany),
  );
  return near.sort((a, b) => depthOf(b) - depthOf(a) || distance(a) - distance(b))[0] ?? null;
}

/** Where requests wait of which none is answered: at their pace, or as deep in the program as promises are seen to stay. */
export function promiseOfOutage(
  { silentPerSecond }: Pick<Outage, 'silentPerSecond'>,
  thread: number,
  facts: Facts,
): SurvivingSite | null {
  return waitingPromise(facts, silentPerSecond, thread) ?? innermost(facts, thread);
}

/** Where most of what does not settle was made, as deep in the program as is seen; what a library makes there comes first. */
export function stayingPromise(facts: Facts, thread: number): SurvivingSite | null {
  const staying = survivors(facts, ['PROMISE']).filter(
    ({ site, blame, survival }) =>
      site.thread === thread &&
      blame.app &&
      (survival ?? 0) >= REQUEST_PILEUP.leastAnswered &&
      (site.reads.at(-1)?.oldAlive ?? 0) >= REQUEST_PILEUP.leastWaiting,
  );
  const isLibrarys = ({ blame }: SurvivingSite) => Number(blame.library !== null);
  return (
    staying.sort(
      (a, b) => depthOf(b) - depthOf(a) || isLibrarys(b) - isLibrarys(a) || b.alive - a.alive,
    )[0] ?? null
  );
}

/** Of promises that nearly all stay, those under most functions of the program; of `from` only those made on the way from it. */
function innermost(facts: Facts, thread: number, from?: SurvivingSite): SurvivingSite | null {
  const outer = from?.blame.app;
  const within = survivors(facts, ['PROMISE']).filter(
    (other) =>
      other.site.thread === thread &&
      other.blame.app &&
      (other.survival ?? 0) >= REQUEST_PILEUP.leastStaying &&
      (!from || depthOf(other) > depthOf(from)) &&
      (!outer || other.site.frames.some((frame) => isSameFunction(frame, outer))),
  );
  return within.sort((a, b) => depthOf(b) - depthOf(a) || b.alive - a.alive)[0] ?? null;
}

/** Of the promises that wait for each other, the innermost was made under most of the application's functions. */
function depthOf({ site }: SurvivingSite): number {
  return site.frames.filter(({ owner }) => owner === 'app').length;
}
