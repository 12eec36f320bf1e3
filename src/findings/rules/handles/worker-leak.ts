// Worker threads that are started and never end: each costs several MB and a share of a core's scheduler.
import type { Facts } from '../../../analysis/facts.ts';
import type { SurvivingSite } from '../../../analysis/growth/resource-growth.ts';
import type { Trend } from '../../../analysis/statistics/trend.ts';
import { fromSurvivors, survivors } from '../../creation-site.ts';
import { countEvidence, leakDraft } from '../../leak-draft.ts';
import type { Draft, Rule } from '../../rule.ts';
import { WORKER_LEAK } from '../../thresholds/handles.ts';
import { inBrackets, perSecond } from '../../wording.ts';

export const workerLeak: Rule = {
  kind: 'worker-leak',
  judge(facts) {
    const { passive, asyncObservations } = facts.observations;
    if (!passive.some((sample) => sample.threads !== undefined))
      return { notApplicable: 'the threads of the process could not be counted' };
    const { threads } = facts;
    const workers = survivors(facts, ['WORKER']).filter((site) => isLeaking(site, threads));
    const isGrowing = threads.verdict === 'growing' && threads.last - threads.first >= WORKER_LEAK.leastRise;
    // Node's own pool and V8's helpers start late but are few and stop growing.
    if (!isGrowing || (asyncObservations.length > 0 && workers.length === 0)) return [];
    return [describe(workers[0], facts)];
  },
};

/**
 * On one path of several, most of them end. Which of those that ended are still held differs from read to read, so that where
 * threads become more, those that stay need not become more in every read.
 */
function isLeaking({ alive, survival, trend, madePerSecond }: SurvivingSite, threads: Trend): boolean {
  const stay = survival ?? 0;
  const isMost = stay >= WORKER_LEAK.leastSurvival;
  const isPaced = stay * madePerSecond >= threads.slopePerSecond * WORKER_LEAK.leastOfThreads;
  return alive >= WORKER_LEAK.leastRise && (isMost || (stay > 0 && (trend.verdict === 'growing' || isPaced)));
}

/** Our profiler adds a thread of its own to each worker: where creations were seen, they tell the rate. */
function paceOf({ trend, survival, madePerSecond }: SurvivingSite): number {
  return trend.verdict === 'growing' ? trend.slopePerSecond : (survival ?? 0) * madePerSecond;
}

function describe(worker: SurvivingSite | undefined, facts: Facts): Draft {
  const site = worker ? fromSurvivors(worker) : null;
  const rate = worker ? paceOf(worker) : facts.threads.slopePerSecond;
  return leakDraft(facts, {
    kind: 'worker-leak',
    title: `Worker threads accumulate at ${perSecond(rate)} and never end${inBrackets(site?.blame)}`,
    subject: { type: 'thread', name: site?.frame.functionName ?? 'worker threads' },
    site,
    metric: 'threads',
    ratePerSecond: rate,
    evidence: [countEvidence('threads of the process', facts.threads)],
    innocentExplanation:
      'A pool that is still filling stops at its size. This count rose until the end of the capture.',
    advice:
      'Call terminate() (or let the worker end by itself) when its task is done. Or keep a fixed pool of workers and give them the tasks.',
    things: 'threads',
    effect: 'threads',
    explains: ['handles', 'heap', 'native', 'external', 'fds', 'cpu', 'timers'],
    confidence: WORKER_LEAK.confidence,
    severity: 'critical',
    urgency: WORKER_LEAK.urgency,
  });
}
