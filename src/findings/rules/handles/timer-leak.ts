// Timers that are made again and again and never cleared. A repeating timer is never done by itself, nor is a single one
// whose callback sets the next; other single ones only when they are set for longer than anybody waits.
import type { Facts } from '../../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../../analysis/growth/resource-growth.ts';
import type { AsyncSite } from '../../../model/async-resource.ts';
import type { Evidence } from '../../../model/finding.ts';
import { formatNumber } from '../../../units/units.ts';
import { clientGrowth } from '../../clients.ts';
import { fromSurvivors, survivors, throughLibrary } from '../../creation-site.ts';
import type { Draft, Rule } from '../../rule.ts';
import { perSecond, place, placeWithLibrary, risen, subjectOf } from '../../wording.ts';

const LEAST_ALIVE = 4;
const LEAST_SURVIVAL = 0.6;
const FOREVER_MILLIS = 3_600_000;

export const timerLeak: Rule = {
  kind: 'timer-leak',
  judge(facts) {
    const { asyncObservations } = facts.observations;
    if (asyncObservations.length === 0) return { notApplicable: 'async resources were not watched' };
    return [...survivors(facts, ['Timeout']).filter(isLeaking), ...chains(facts)]
      .filter((site) => clientGrowth(facts) < site.trend.slopePerSecond * 0.7)
      .slice(0, 3)
      .map((site) => describe(site, facts.timers.verdict === 'growing' ? facts.timers : null));
  },
};

function isLeaking({ site, alive, survival, trend }: SurvivingSite): boolean {
  const neverEnds = site.isRepeating === true || (site.delayMillis ?? 0) >= FOREVER_MILLIS;
  return (
    neverEnds && alive >= LEAST_ALIVE && (survival ?? 0) >= LEAST_SURVIVAL && trend.verdict === 'growing'
  );
}

function chainEvidence({ site, blame, alive }: SurvivingSite): Evidence {
  const setter = site.frames.find(({ owner }) => owner === 'app' || owner === 'library');
  return {
    source: 'async-resources',
    statement: `timers started from ${placeWithLibrary(blame)} are set again by their own callback (${setter ? place(setter) : 'unknown'}), about ${formatNumber(alive)} of them wait now`,
  };
}

/** Timers that the callback of a timer sets again, of which there are more and more: each stands for a chain that goes on. */
function chains(facts: Facts): SurvivingSite[] {
  if (facts.timers.verdict !== 'growing') return [];
  const single = survivingSites(facts.observations.asyncObservations, ['Timeout']).filter(
    ({ site, alive }) => !site.isRepeating && alive >= LEAST_ALIVE,
  );
  const next = single.filter(({ site }) => isSetByTimer(site));
  return next.flatMap((chain): SurvivingSite[] => {
    const start = single.find(
      ({ site, blame }) => blame.app && !isSetByTimer(site) && isSameCall(site, chain.site),
    );
    // Where the first of a long wait end only now, those that were begun are the ones that pile up.
    if (chain.trend.verdict !== 'growing' && start?.trend.verdict !== 'growing') return [];
    const blame = start?.blame ?? throughLibrary(chain.blame, facts);
    const alive = chain.alive + (start?.alive ?? 0);
    return blame.subject ? [{ ...chain, alive, blame, trend: facts.timers }] : [];
  });
}

function isSetByTimer({ frames }: AsyncSite): boolean {
  return frames.some(({ owner, functionName }) => owner === 'node' && functionName === 'listOnTimeout');
}

/** Set in the same line, whoever called it. */
function isSameCall(a: AsyncSite, b: AsyncSite): boolean {
  const [left, right] = [a, b].map(({ frames }) =>
    frames.find(({ owner }) => owner === 'app' || owner === 'library'),
  );
  return left?.file === right?.file && left?.line === right?.line && left !== undefined;
}

function describe(survivor: SurvivingSite, timers: Parameters<typeof risen>[0] | null): Draft {
  const { site, blame, trend, alive } = survivor;
  const frame = blame.subject!;
  const what = site.isRepeating
    ? `setInterval (every ${site.delayMillis ?? '?'} ms)`
    : isSetByTimer(site)
      ? 'a timer that sets itself again'
      : `setTimeout (${site.delayMillis} ms)`;
  const rate = perSecond(trend.slopePerSecond);
  return {
    kind: 'timer-leak',
    severity: trend.slopePerSecond >= 50 ? 'critical' : 'warning',
    confidence: 0.93,
    urgency: Math.min(0.95, 0.65 + trend.slopePerSecond / 50),
    title: `Timers pile up by ${rate}: ${what} is started and never cleared (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', frame.functionName, frame, site.thread),
    impact: { metric: 'timers', value: trend.slopePerSecond, unit: 'per second', share: undefined },
    evidence: [
      isSetByTimer(site) ? chainEvidence(survivor) : fromSurvivors(survivor).evidence,
      ...(timers
        ? [
            {
              source: 'resources',
              statement: `timers of the process ${risen(timers)}, from ${formatNumber(timers.first)} to ${formatNumber(timers.last)}`,
              value: timers.slopePerSecond,
              unit: 'per second',
            },
          ]
        : []),
    ],
    innocentExplanation:
      'One timer for each of a bounded number of things would stop growing; this did not while we looked.',
    advice: [
      'Keep what setInterval returns and clear it when the request, connection or object it serves ends.',
    ],
    caveats: [],
    asSymptom: `about ${formatNumber(alive)} timers more, ${rate}, from ${placeWithLibrary(blame)}`,
    effect: 'timers',
    explains: ['heap', 'cpu', 'gc'],
  };
}
