// File watchers (fs.watch, fs.watchFile) that are made again and again and never closed.
import type { Facts } from '../../../analysis/facts.ts';
import type { SurvivingSite } from '../../../analysis/growth/resource-growth.ts';
import { fromSurvivors, neverEnded, survivors } from '../../creation-site.ts';
import { leakDraft } from '../../leak-draft.ts';
import type { Draft, Rule } from '../../rule.ts';
import { WATCHER_LEAK } from '../../thresholds/handles.ts';
import { inBrackets, perSecond } from '../../wording.ts';

export const watcherLeak: Rule = {
  kind: 'watcher-leak',
  judge(facts) {
    if (facts.observations.asyncObservations.length === 0)
      return { notApplicable: 'async resources were not watched' };
    return survivors(facts, ['FSEVENTWRAP', 'STATWATCHER'])
      .filter(
        ({ alive, survival, trend }) =>
          alive >= WATCHER_LEAK.leastAlive &&
          (survival ?? 0) >= WATCHER_LEAK.leastSurvival &&
          trend.verdict === 'growing',
      )
      .slice(0, WATCHER_LEAK.most)
      .map((survivor) => describe(survivor, facts));
  },
};

function describe(survivor: SurvivingSite, facts: Facts): Draft {
  const site = fromSurvivors(survivor);
  const rate = survivor.trend.slopePerSecond;
  return leakDraft(facts, {
    kind: 'watcher-leak',
    title: `File watchers accumulate at ${perSecond(rate)} ${neverEnded('closed', site)}${inBrackets(site.blame)}`,
    subject: { type: 'function', name: site.frame.functionName, thread: survivor.site.thread },
    site,
    metric: 'fds',
    ratePerSecond: rate,
    evidence: [],
    innocentExplanation:
      'With a fixed number of watched files the count stops growing. This count rose until the end of the capture.',
    advice: 'Call close() on the watcher when it is no longer needed, or share one watcher for each path.',
    things: 'file watchers',
    effect: 'fds',
    explains: ['heap', 'fds'],
    confidence: WATCHER_LEAK.confidence,
    severity: 'warning',
    urgency: WATCHER_LEAK.urgency,
  });
}
