// Promises that stay: what is made at one place never settles, or is held by one that never does, and the heap rises
// with it. A collection that is seen being filled with something else is the better explanation.
import type { Facts } from '../../../analysis/facts.ts';
import type { HeapGrowth } from '../../../analysis/growth/heap-growth.ts';
import type { SurvivingSite } from '../../../analysis/growth/resource-growth.ts';
import { formatNumber, formatShare } from '../../../units/units.ts';
import { survivors } from '../../creation-site.ts';
import { findHeapCause, type HeapCause } from '../../memory/heap-cause.ts';
import { floorEvidence, heapImpact } from '../../memory/heap-impact.ts';
import { heldCollection } from '../../memory/retainer-path.ts';
import type { Draft, Rule } from '../../rule.ts';
import { PROMISE_LEAK } from '../../thresholds/memory.ts';
import {
  chainOf,
  leakSeverity,
  leakUrgency,
  perSecond,
  place,
  placeWithLibrary,
  risen,
  subjectOf,
} from '../../wording.ts';

export const promiseLeak: Rule = {
  kind: 'promise-leak',
  judge(facts) {
    const growths = facts.heap.filter(({ floor }) => floor.verdict !== 'too-little-data');
    if (growths.length === 0) return { notApplicable: 'too few reads of the heap after a full GC' };
    return growths.flatMap((growth) => judgeThread(growth, facts));
  },
};

function judgeThread(growth: HeapGrowth, facts: Facts): Draft[] {
  const cause = findHeapCause(growth, facts);
  if (!cause?.isMeasured || isExplained(cause)) return [];
  const sites = survivors(facts, ['PROMISE']).filter(
    ({ site, trend, survival }) =>
      site.thread === growth.thread &&
      trend.verdict === 'growing' &&
      trend.slopePerSecond >= PROMISE_LEAK.leastPerSecond &&
      (survival ?? 0) >= PROMISE_LEAK.leastSurvival,
  );
  const [most] = sites;
  return most ? [describe(most, cause, facts)] : [];
}

/** A collection of other things than promises, seen being filled, holds whatever promises hang on them. */
function isExplained({ filled }: HeapCause): boolean {
  return Boolean(filled?.insertion?.blame.subject) && filled?.collection.newestEntry !== 'Promise';
}

function describe(promises: SurvivingSite, cause: HeapCause, facts: Facts): Draft {
  const { growth, site } = cause;
  const { blame, trend, survival, alive } = promises;
  const frame = blame.subject!;
  const { thread } = growth;
  const impact = heapImpact(growth, site?.share, facts);
  const isRace = promises.site.frames.some(
    ({ functionName, owner }) => owner === 'native' && /\brace$/.test(functionName),
  );
  return {
    kind: 'promise-leak',
    severity: leakSeverity(impact.exhaustionSeconds),
    confidence: PROMISE_LEAK.confidence,
    urgency: leakUrgency(impact.exhaustionSeconds),
    title: `Promises accumulate at ${perSecond(trend.slopePerSecond)}: ${isRace ? 'each Promise.race includes a promise that does not settle' : 'they never settle, or a promise that never settles retains them'} (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', frame.functionName, frame, thread),
    impact,
    evidence: [
      {
        source: 'async-resources',
        statement: `${formatShare(survival ?? 0)} of the promises created there that are older than 5 s still exist, about ${formatNumber(alive)} in all; their number ${risen(trend)}`,
        value: trend.slopePerSecond,
        unit: 'per second',
      },
      floorEvidence(growth),
    ],
    ...chainOf(blame),
    retainerPath: heldCollection(cause.filled, thread, facts)?.path,
    innocentExplanation: `Promises of slow work settle in the end. These were watched for up to ${Math.round(facts.lookSeconds)} s.`,
    advice: [
      isRace
        ? 'Do not race against a promise that lives as long as the process: each call adds reactions that it keeps. Use an AbortSignal, or a promise that is created for this call.'
        : 'Find what they wait for and give it a timeout or an AbortSignal. Do not chain on a promise that may never settle.',
    ],
    caveats: [],
    asSymptom: `promises accumulate at ${perSecond(trend.slopePerSecond)}, created in ${place(frame)}`,
    effect: 'heap',
    explains: ['heap', 'gc', 'native', 'external', 'slower'],
  };
}
