// Work that fails and is retried without end: its connections are refused, its timers accumulate, and the promises of its
// callers remain at the same pace.
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatNumber, formatShare } from '../../units/units.ts';
import { type CreationSite, fromSurvivors, survivors, throughLibrary } from '../creation-site.ts';
import { countEvidence, isPilingUp, leakDraft } from '../leak-draft.ts';
import type { Draft } from '../rule.ts';
import { SITE_SURVIVAL } from '../thresholds/growth.ts';
import { TIMER_LEAK } from '../thresholds/handles.ts';
import { onScale } from '../thresholds/scale.ts';
import { inBrackets, packageOf, perSecond, place, placeWithLibrary } from '../wording.ts';
import { failingOpens, failingOpensEvidence } from '../words/failing-opens.ts';

export function endlessRetries(facts: Facts): Draft[] {
  const failing = failingOpens(facts.wire);
  const { timers } = facts;
  if (!failing || !isPilingUp(timers) || failing.perSecond < timers.slopePerSecond) return [];
  const waits = survivingSites(facts.observations.asyncObservations, ['Timeout']).filter(
    ({ site, alive }) => !site.isRepeating && alive >= TIMER_LEAK.leastAlive,
  );
  const related = survivingSites(facts.observations.asyncObservations, ['PROMISE'], 'all').filter(
    (promises) => waits.some((timer) => isOneLoop(promises, timer)),
  );
  const isEnding = related.length > 0 && related.every(({ survival }) => survival === 0);
  if (isEnding) return [];
  const begun = survivors(facts, ['PROMISE']).filter((promises) => isAtPace(promises, facts));
  const started = begun.find((promises) => waits.some((timer) => isOneLoop(promises, timer)));
  if (started) return [describe(fromPromises(started), facts)];
  return waits.flatMap((timer) => startedBehind(timer, facts) ?? []).slice(0, 1);
}

/** Where promises are watched for too short a time, or not at all: the timers of a package, of which there are as many at least, and who calls it. */
function startedBehind(timer: SurvivingSite, facts: Facts): Draft | null {
  const blame = throughLibrary(timer.blame, facts);
  const isEnough = timer.madePerSecond * SITE_SURVIVAL.samePace >= facts.timers.slopePerSecond;
  const set = timer.blame.inner ?? timer.blame.app;
  if (!isEnough || !blame.app || !blame.subject || !set) return null;
  const evidence: Evidence = {
    source: 'async-resources',
    statement: `${place(set)} sets such timers for ${placeWithLibrary(blame)}`,
  };
  return describe({ site: { blame, frame: blame.subject, evidence }, thread: timer.site.thread }, facts);
}

function fromPromises(promises: SurvivingSite): Started {
  const { blame, survival, site } = promises;
  const evidence: Evidence = {
    source: 'async-resources',
    statement: `${formatShare(survival ?? 0)} of what ${placeWithLibrary(blame)} started more than 5 s ago has not ended`,
  };
  return { site: { ...fromSurvivors(promises), evidence }, thread: site.thread };
}

interface Started {
  site: CreationSite;
  thread: number;
}

/** Of those that are begun some end: what stays must be as many as there are more timers. */
function isAtPace({ site, survival, madePerSecond, blame }: SurvivingSite, { timers }: Facts): boolean {
  const ratio = ((survival ?? 0) * madePerSecond) / timers.slopePerSecond;
  const isWatched = (site.reads.at(-1)?.oldWatched ?? 0) >= TIMER_LEAK.long.leastWatched;
  return isWatched && blame.app !== null && ratio >= 1 / TIMER_LEAK.samePace && ratio <= TIMER_LEAK.samePace;
}

/** The timer is set by a package that the promise waits for, or by the function that made it. */
function isOneLoop({ blame, site }: SurvivingSite, timer: SurvivingSite): boolean {
  const packages = new Set(blame.chain.flatMap((link) => link.package ?? []));
  const isOfPackage = timer.blame.chain.some((link) => link.package !== null && packages.has(link.package));
  const isOfFunction =
    timer.blame.app?.file === blame.app?.file && timer.blame.app?.functionName === blame.app?.functionName;
  return site.thread === timer.site.thread && (isOfPackage || (timer.blame.app !== null && isOfFunction));
}

function describe({ site, thread }: Started, facts: Facts): Draft {
  const { timers } = facts;
  const rate = perSecond(timers.slopePerSecond);
  const owner = site.blame.library ? ` of ${packageOf(site.blame.library)}` : '';
  return leakDraft(facts, {
    kind: 'timer-leak',
    title: `Work that fails is retried without end and accumulates at ${rate}, each piece with its own timer${inBrackets(site.blame)}`,
    subject: { type: 'function', name: site.frame.functionName, thread },
    site,
    metric: 'timers',
    ratePerSecond: timers.slopePerSecond,
    evidence: [
      { ...countEvidence('timers of the process', timers), source: 'resources' },
      ...failingOpensEvidence(facts.wire),
    ],
    innocentExplanation: `Once the other side answers again, they end. ${formatNumber(timers.last)} timers were waiting at the end of the capture, and their number rose until then.`,
    advice: `Give up after a number of attempts or a time (an option of the retries${owner}, or a condition in their loop), keep what has to be sent later in a queue with a bound, and stop trying while the other side is down (a circuit breaker). The error code shows why the work fails: ECONNREFUSED means that nothing listens at that address.`,
    isAdviceWhole: true,
    things: 'retries',
    effect: 'timers',
    explains: ['heap', 'cpu', 'gc', 'slower', 'sockets', 'native', 'external'],
    confidence: TIMER_LEAK.confidence,
    severity: 'warning',
    urgency: onScale(TIMER_LEAK.urgency, timers.slopePerSecond),
  });
}
