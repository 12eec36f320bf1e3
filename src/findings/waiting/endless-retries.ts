// Work that fails and is tried again after a while, and never given up: its connections are refused, its timers become more,
// and the promises of those who started it stay at the same pace.
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import { formatNumber, formatShare } from '../../units/units.ts';
import { fromSurvivors, survivors } from '../creation-site.ts';
import { countEvidence, isPilingUp, leakDraft } from '../leak-draft.ts';
import type { Draft } from '../rule.ts';
import { TIMER_LEAK } from '../thresholds/handles.ts';
import { onScale } from '../thresholds/scale.ts';
import { inBrackets, packageOf, perSecond, placeWithLibrary } from '../wording.ts';
import { failingOpens, failingOpensEvidence } from '../words/failing-opens.ts';

export function endlessRetries(facts: Facts): Draft[] {
  const failing = failingOpens(facts.wire);
  const { timers } = facts;
  if (!failing || !isPilingUp(timers) || failing.perSecond < timers.slopePerSecond) return [];
  const waits = survivingSites(facts.observations.asyncObservations, ['Timeout']).filter(
    ({ site, alive }) => !site.isRepeating && alive >= TIMER_LEAK.leastAlive,
  );
  const begun = survivors(facts, ['PROMISE']).filter((promises) => isAtPace(promises, facts));
  const started = begun.find((promises) => waits.some((timer) => isOneLoop(promises, timer)));
  return started ? [describe(started, facts)] : [];
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

function describe(promises: SurvivingSite, facts: Facts): Draft {
  const { timers } = facts;
  const { blame, survival, site } = promises;
  const rate = perSecond(timers.slopePerSecond);
  const made = fromSurvivors(promises);
  const owner = blame.library ? ` of ${packageOf(blame.library)}` : '';
  return leakDraft(facts, {
    kind: 'timer-leak',
    title: `Work that fails and is tried again accumulates at ${rate}, each with its timer, and is never given up${inBrackets(blame)}`,
    subject: { type: 'function', name: made.frame.functionName, thread: site.thread },
    site: {
      ...made,
      evidence: {
        source: 'async-resources',
        statement: `${formatShare(survival ?? 0)} of what ${placeWithLibrary(blame)} started more than 5 s ago has not ended`,
      },
    },
    metric: 'timers',
    ratePerSecond: timers.slopePerSecond,
    evidence: [
      { ...countEvidence('timers of the process', timers), source: 'resources' },
      ...failingOpensEvidence(facts.wire),
    ],
    innocentExplanation: `Once the other side answers again, they end. ${formatNumber(timers.last)} timers were waiting at the end of the capture, and their number rose until then.`,
    advice: `Give up after a number of attempts or a time (an option of the retries${owner}, or a condition in their loop), keep what has to be sent later in a queue with a bound, and stop trying while the other side is away (a circuit breaker). The code of the errors tells why they fail: ECONNREFUSED says that nothing listens at that address.`,
    isAdviceWhole: true,
    things: 'retries',
    effect: 'timers',
    explains: ['heap', 'cpu', 'gc', 'slower', 'sockets', 'native', 'external'],
    confidence: TIMER_LEAK.confidence,
    severity: 'warning',
    urgency: onScale(TIMER_LEAK.urgency, timers.slopePerSecond),
  });
}
