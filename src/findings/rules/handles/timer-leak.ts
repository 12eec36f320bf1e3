// Timers that are created again and again and never cleared. A repeating timer never ends by itself, nor does a single one
// whose callback sets the next; other single ones count only when they are set for very long.
import type { Blame } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../../analysis/growth/resource-growth.ts';
import { pilingReconnects } from '../../../analysis/waiting/reconnects.ts';
import type { AsyncSite } from '../../../model/async-resource.ts';
import type { Evidence } from '../../../model/finding.ts';
import { formatDuration, formatNumber } from '../../../units/units.ts';
import { clientGrowth } from '../../clients.ts';
import { fromSurvivors, survivors, throughLibrary } from '../../creation-site.ts';
import { countEvidence, isPilingUp, leakDraft } from '../../leak-draft.ts';
import { keepsMemory, memoryOfTimers } from '../../memory/long-timers.ts';
import type { Draft, Rule } from '../../rule.ts';
import { FOLLOWS_CLIENTS } from '../../thresholds/growth.ts';
import { TIMER_LEAK } from '../../thresholds/handles.ts';
import { onScale } from '../../thresholds/scale.ts';
import { endlessRetries } from '../../waiting/endless-retries.ts';
import { inBrackets, packageOf, perSecond, place, placeWithLibrary } from '../../wording.ts';
import { leftAtPace, leftEvidence } from '../../words/left-words.ts';
import { RECONNECT_ADVICE, reconnectEvidence } from '../../words/reconnect-words.ts';

export const timerLeak: Rule = {
  kind: 'timer-leak',
  judge(facts) {
    const { asyncObservations } = facts.observations;
    if (asyncObservations.length === 0) return { notApplicable: 'async resources were not watched' };
    const single = survivors(facts, ['Timeout']).filter(
      (site) => (isLeaking(site) && !isReplacing(site, facts)) || keepsMemory(site, facts),
    );
    const leaks = [...single, ...chains(facts)]
      .filter((site) => clientGrowth(facts) < site.trend.slopePerSecond * FOLLOWS_CLIENTS)
      .slice(0, TIMER_LEAK.most)
      .map((site) => describe(site, facts));
    return [...leaks, ...reconnecting(facts), ...(leaks.length === 0 ? endlessRetries(facts) : [])];
  },
};

function isLeaking({ site, alive, survival, trend }: SurvivingSite): boolean {
  const neverEnds = site.isRepeating === true || (site.delayMillis ?? 0) >= TIMER_LEAK.foreverMillis;
  return (
    neverEnds &&
    alive >= TIMER_LEAK.leastAlive &&
    (survival ?? 0) >= TIMER_LEAK.leastSurvival &&
    trend.verdict === 'growing'
  );
}

/**
 * Node counts these timers, and its count does not rise with them: for each that is started an earlier one is cleared, such as
 * of clients that stay for longer than the capture.
 */
function isReplacing({ site, trend }: SurvivingSite, { timers }: Facts): boolean {
  if (site.isReferenced !== true || site.thread !== 0 || timers.verdict === 'too-little-data') return false;
  return timers.slopeInterval[1] < trend.slopePerSecond * TIMER_LEAK.countedRise;
}

function chainEvidence({ site, blame, alive }: SurvivingSite): Evidence {
  const setter = site.frames.find(({ owner }) => owner === 'app' || owner === 'library');
  return {
    source: 'async-resources',
    statement: `timers started in ${placeWithLibrary(blame)} are set again by their own callback (${setter ? place(setter) : 'unknown'}); about ${formatNumber(Math.round(alive))} wait at a time`,
  };
}

/** Timers that the callback of a timer sets again, of which there are more and more: each stands for a chain that goes on. */
function chains(facts: Facts): SurvivingSite[] {
  if (facts.timers.verdict !== 'growing') return [];
  const single = survivingSites(facts.observations.asyncObservations, ['Timeout'], 'all').filter(
    ({ site }) => !site.isRepeating,
  );
  const next = single.filter(
    (each) =>
      isSetByTimer(each.site) && Math.max(each.alive, waitingOnAverage([each])) >= TIMER_LEAK.leastAlive,
  );
  return next.flatMap((chain): SurvivingSite[] => {
    const start = single.find(
      ({ site, blame }) => blame.app && !isSetByTimer(site) && isSameCall(site, chain.site),
    );
    // Where the first of a long wait end only now, those that were begun are the ones that accumulate.
    const isGrowing = [chain, start].some((each) => each?.trend.verdict === 'growing');
    if (!isGrowing && !(start && isAtPace(start, facts)) && !areMoreThanAtFirst(chain, single, facts))
      return [];
    const blame = start?.blame ?? throughLibrary(chain.blame, facts);
    const alive = Math.max(chain.alive + (start?.alive ?? 0), waitingOnAverage(ofSameCall(chain, single)));
    return blame.subject ? [{ ...chain, alive, blame, trend: facts.timers }] : [];
  });
}

/** As many are begun as there are more: counting those that wait, of which only some are watched, is less exact. */
function isAtPace({ madePerSecond }: SurvivingSite, { timers }: Facts): boolean {
  const ratio = madePerSecond / timers.slopePerSecond;
  return ratio >= 1 / TIMER_LEAK.samePace && ratio <= TIMER_LEAK.samePace;
}

/** More of this call wait on average than there were timers of any kind at first: what others there are cannot be all that was added. */
function areMoreThanAtFirst(
  chain: SurvivingSite,
  single: readonly SurvivingSite[],
  { timers }: Facts,
): boolean {
  return waitingOnAverage(ofSameCall(chain, single)) > timers.first * TIMER_LEAK.moreThanAtFirst;
}

/**
 * Little's law (1961): as many wait as are set a second, times how long each waits. Timers of a few milliseconds are over before
 * anybody reads which of them are left.
 */
function waitingOnAverage(sites: readonly SurvivingSite[]): number {
  return sites.reduce(
    (sum, { site, madePerSecond }) => sum + madePerSecond * ((site.delayMillis ?? 0) / 1_000),
    0,
  );
}

function ofSameCall(chain: SurvivingSite, single: readonly SurvivingSite[]): SurvivingSite[] {
  return single.filter(({ site }) => isSameCall(site, chain.site));
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

/** Each client of a package that connects again and again has a timer, and there are more and more. */
function reconnecting(facts: Facts): Draft[] {
  const piling = pilingReconnects(facts.reconnects, facts.timers);
  if (!piling || !isPilingUp(facts.timers)) return [];
  const { site, blame: made, perSecond: connects } = piling;
  const blame = throughLibrary(made, facts);
  const rate = facts.timers.slopePerSecond;
  const draft = leakDraft(facts, {
    kind: 'timer-leak',
    title: `Clients of ${packageOf(made.inner!)} that connect again and again accumulate at ${perSecond(rate)}, each with its timer, and are never ended${inBrackets(blame)}`,
    subject: { type: 'function', name: blame.subject!.functionName, thread: site.site.thread },
    site: { blame, frame: blame.subject!, evidence: reconnectEvidence(piling) },
    metric: 'timers',
    ratePerSecond: rate,
    evidence: [{ ...countEvidence('timers of the process', facts.timers), source: 'resources' }],
    innocentExplanation:
      'A fixed number of clients that wait for their server would have a fixed number of timers.',
    advice: RECONNECT_ADVICE,
    isAdviceWhole: true,
    things: 'timers',
    effect: 'timers',
    explains: ['heap', 'cpu', 'gc', 'slower', 'sockets', 'native', 'external'],
    confidence: TIMER_LEAK.confidence,
    severity: connects >= TIMER_LEAK.criticalPerSecond ? 'critical' : 'warning',
    urgency: onScale(TIMER_LEAK.urgency, connects),
  });
  return [draft];
}

function describe(survivor: SurvivingSite, facts: Facts): Draft {
  const timers = facts.timers.verdict === 'growing' ? facts.timers : null;
  const { site, blame, trend, alive } = survivor;
  const made = fromSurvivors(survivor);
  const rate = perSecond(trend.slopePerSecond);
  const memory = memoryOfTimers(survivor, facts);
  // They fire once in minutes: what they keep costs more than their firing does.
  const isMemory = memory.evidence.length > 0;
  const isDear = trend.slopePerSecond >= TIMER_LEAK.criticalPerSecond;
  const isChain = isSetByTimer(site) && blame.app !== null;
  const draft = leakDraft(facts, {
    kind: 'timer-leak',
    title: `Timers accumulate at ${rate}: ${sortOf(site)} is started and never cleared${inBrackets(blame)}`,
    subject: { type: 'function', name: made.frame.functionName, thread: site.thread },
    site: made,
    metric: 'timers',
    ratePerSecond: trend.slopePerSecond,
    evidence: [],
    innocentExplanation:
      'If each of a fixed number of clients or jobs has a timer, the count stops growing once all are there. This count rose until the end of the capture.',
    advice: isChain ? CHAIN_ADVICE : adviceFor(survivor),
    isAdviceWhole: true,
    caveats: memory.caveats,
    things: 'timers',
    effect: 'timers',
    explains: ['heap', 'cpu', 'gc', 'slower', 'native', 'external'],
    confidence: TIMER_LEAK.confidence,
    severity: isDear && !isMemory ? 'critical' : 'warning',
    urgency: onScale(TIMER_LEAK.urgency, trend.slopePerSecond),
  });
  return {
    ...draft,
    advice: isChain ? [...draft.advice, ...limitOfPackage(blame)] : draft.advice,
    evidence: [
      isSetByTimer(site) ? chainEvidence(survivor) : made.evidence,
      ...(timers ? [{ ...countEvidence('timers of the process', timers), source: 'resources' }] : []),
      ...memory.evidence,
      ...leftEvidence(leftAtPace(facts, trend.slopePerSecond)),
    ],
    asSymptom: `about ${formatNumber(Math.round(alive))} timers, ${rate} more, started in ${placeWithLibrary(blame)}`,
  };
}

const CHAIN_ADVICE =
  'Each is a loop, or a callback that sets the next timer, and keeps running after what it serves has ended: end it when the request, connection or stream closes (test an AbortSignal or a flag before the next wait, or clear the timer).';

/** The loop of a package ends by what it was given: a condition that comes true, a time, a signal. */
function limitOfPackage({ library, inner }: Blame): string[] {
  const owner = (inner ?? library)?.package;
  return owner
    ? [
        `The loop is in ${owner}: give it a limit (an option such as timeout, retries or signal), and have it end when what it waits for has failed, too.`,
      ]
    : [];
}

/** A timer of a package is not the caller's to clear: its object is, or the time that it was given. */
function adviceFor({ blame: { app, library, inner }, site }: SurvivingSite): string {
  const owner = (inner ?? library)?.package;
  if (!owner)
    return 'Keep what setInterval or setTimeout returns, and clear it when the request, connection or object that it serves ends.';
  const { isRepeating, delayMillis = 0 } = site;
  const isLong = !isRepeating && delayMillis >= TIMER_LEAK.long.leastMillis;
  const passed =
    isLong && app
      ? ` If ${formatDuration(delayMillis)} is a time that ${place(app)} passes in or an option sets (how long something is kept), shorten it, or look for a value that sets no timer.`
      : '';
  return `${owner} starts the timer: create its object once instead of for each call, or call its method that stops it (close, clear, shutdown, destroy) when the object is no longer needed.${passed}`;
}

/** "setInterval (every 1000 ms)" */
function sortOf(site: AsyncSite): string {
  const { delayMillis } = site;
  const after = delayMillis === undefined ? 'unknown' : formatDuration(delayMillis);
  if (site.isRepeating) return delayMillis === undefined ? 'setInterval' : `setInterval (every ${after})`;
  return isSetByTimer(site) ? 'a timer that sets itself again' : `setTimeout (${after})`;
}
