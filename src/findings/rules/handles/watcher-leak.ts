// File watchers (fs.watch, fs.watchFile) that are made again and again and never closed.
import { fromSurvivors, survivors } from '../../creation-site.ts';
import type { Rule } from '../../rule.ts';
import { perSecond, placeWithLibrary, subjectOf } from '../../wording.ts';

export const watcherLeak: Rule = {
  kind: 'watcher-leak',
  judge(facts) {
    if (facts.observations.asyncObservations.length === 0)
      return { notApplicable: 'async resources were not watched' };
    const leaking = survivors(facts, ['FSEVENTWRAP', 'STATWATCHER']).filter(
      ({ alive, survival, trend }) => alive >= 4 && (survival ?? 0) >= 0.6 && trend.verdict === 'growing',
    );
    return leaking.slice(0, 2).map((survivor) => {
      const { blame, trend } = survivor;
      const rate = perSecond(trend.slopePerSecond);
      return {
        kind: 'watcher-leak',
        severity: 'warning',
        confidence: 0.92,
        urgency: 0.75,
        title: `File watchers pile up by ${rate} and are never closed (${placeWithLibrary(blame)})`,
        subject: subjectOf('function', blame.subject!.functionName, blame.subject, survivor.site.thread),
        impact: { metric: 'fds', value: trend.slopePerSecond, unit: 'per second' },
        evidence: [fromSurvivors(survivor).evidence],
        innocentExplanation:
          'Watching a bounded number of files would stop growing; this did not while we looked.',
        advice: ['Call close() on the watcher when nobody needs it any more, or share one for each path.'],
        caveats: [],
        asSymptom: `file watchers: ${rate} more`,
        effect: 'fds',
        explains: ['heap', 'fds'],
      };
    });
  },
};
