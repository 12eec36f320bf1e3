// The timers whose end requests may wait for: as many, and as long. A pause before another attempt, or the timeout that ends the
// wait.
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatDuration } from '../../units/units.ts';
import { WAITING_TIMER } from '../thresholds/waiting.ts';
import { placeWithLibrary } from '../wording.ts';

export interface WaitedFor {
  thread: number;
  /** How many requests begin this wait. */
  perSecond: number;
  leastMillis: number;
  mostMillis: number;
}

/** Of the timers of that length that are set at about that pace, the site that sets most; null where there is none. */
export function timerOfWait(
  { thread, perSecond, leastMillis, mostMillis }: WaitedFor,
  facts: Facts,
): SurvivingSite | null {
  const near = survivingSites(facts.observations.asyncObservations, ['Timeout']).filter(
    ({ site, blame, madePerSecond }) =>
      site.thread === thread &&
      blame.subject !== null &&
      !site.isRepeating &&
      site.delayMillis !== undefined &&
      site.delayMillis >= leastMillis &&
      site.delayMillis <= mostMillis &&
      madePerSecond >= perSecond / WAITING_TIMER.samePace &&
      madePerSecond <= perSecond * WAITING_TIMER.samePace,
  );
  return near.sort((a, b) => b.madePerSecond - a.madePerSecond)[0] ?? null;
}

export function timerAdvice({ site, blame }: SurvivingSite): string {
  return `See what the timer of ${formatDuration(site.delayMillis!)} in ${placeWithLibrary(blame)} is for. If it is a pause before another attempt, such as the one that an answer asks for (\`Retry-After\`), bound it or fail instead; if it is the timeout of this wait, shorten it.`;
}

export function timerEvidence({ site, blame }: SurvivingSite, means: string): Evidence {
  return {
    source: 'async-resources',
    statement: `about as many timers of ${formatDuration(site.delayMillis!)} are set in ${placeWithLibrary(blame)}: ${means}`,
    value: site.delayMillis!,
    unit: 'ms',
  };
}
