// Worker threads that are started and never end: each costs several MB and a share of a core's scheduler.
import { formatNumber } from '../../../units/units.ts';
import { siteOfSurvivors, survivors } from '../../creation-site.ts';
import type { Rule } from '../../rule.ts';
import { perSecond, placeWithLibrary, risen, subjectOf } from '../../wording.ts';

const LEAST_RISE = 3;
const MOST = 0.6;

export const workerLeak: Rule = {
  kind: 'worker-leak',
  judge(facts) {
    const { passive, asyncObservations } = facts.observations;
    if (!passive.some((sample) => sample.threads !== undefined))
      return { notApplicable: 'the threads of the process could not be counted' };
    const { threads } = facts;
    const workers = survivors(facts, ['WORKER']).filter(
      ({ alive, survival, trend }) =>
        // On one path of several, most of them end.
        alive >= LEAST_RISE &&
        ((survival ?? 0) >= MOST || (trend.verdict === 'growing' && (survival ?? 0) > 0)),
    );
    const isGrowing = threads.verdict === 'growing' && threads.last - threads.first >= LEAST_RISE;
    // Node's own pool and V8's helpers start late but are few and stop growing.
    if (!isGrowing || (asyncObservations.length > 0 && workers.length === 0)) return [];
    // Our profiler adds a thread of its own to each worker: where creations were seen, they tell the rate.
    const slope = workers[0]?.trend.slopePerSecond || threads.slopePerSecond;
    const site = siteOfSurvivors(facts, ['WORKER'], slope);
    const rate = perSecond(slope);
    return [
      {
        kind: 'worker-leak',
        severity: 'critical',
        confidence: site ? 0.94 : 0.6,
        urgency: 0.9,
        title: `Worker threads pile up by ${rate} and never end${site ? ` (${placeWithLibrary(site.blame)})` : ''}`,
        subject: subjectOf('thread', site?.frame.functionName ?? 'worker threads', site?.frame ?? null),
        impact: { metric: 'threads', value: slope, unit: 'per second' },
        evidence: [
          {
            source: 'proc',
            statement: `threads of the process ${risen(threads)}, from ${formatNumber(threads.first)} to ${formatNumber(threads.last)}`,
            value: threads.slopePerSecond,
            unit: 'per second',
          },
          ...(site ? [site.evidence] : []),
        ],
        innocentExplanation: 'A pool still filling would stop at its size; this did not while we looked.',
        advice: [
          'Call terminate() (or let the worker end by itself) when its task is done, or keep a fixed pool of workers and give them the tasks.',
        ],
        caveats: [],
        asSymptom: `threads: ${rate} more`,
        effect: 'threads',
        explains: ['heap', 'native', 'external', 'fds', 'cpu', 'timers'],
      },
    ];
  },
};
