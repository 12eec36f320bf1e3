// Promises that remain: those created at one place never settle, or are held by one that never does, and the heap rises with
// them. A collection that is seen to fill with something else is the better explanation.
import type { Facts } from '../../../analysis/facts.ts';
import type { HeapGrowth } from '../../../analysis/growth/heap-growth.ts';
import type { SurvivingSite } from '../../../analysis/growth/resource-growth.ts';
import type { Impact } from '../../../model/finding.ts';
import type { Frame } from '../../../model/frame.ts';
import { formatNumber, formatShare } from '../../../units/units.ts';
import { findHeapCause, type HeapCause } from '../../memory/heap-cause.ts';
import { floorEvidence, heapImpact } from '../../memory/heap-impact.ts';
import { callOfItself, lastingPromises, surelyLasting } from '../../memory/lasting-promises.ts';
import { heldCollection } from '../../memory/retainer-path.ts';
import type { Draft, Rule } from '../../rule.ts';
import { HEAP_LEAK, PROMISE_LEAK } from '../../thresholds/memory.ts';
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
  if (!cause) {
    const [most] = surelyLasting(growth, facts);
    return most ? [describe(most, { growth, filled: null, site: null, isMeasured: false }, facts)] : [];
  }
  if (!cause.isMeasured || isExplained(cause)) return [];
  const [most] = lastingPromises(growth, facts);
  return most ? [describe(most, cause, facts)] : [];
}

/** A collection of other things than promises, seen being filled, holds whatever promises hang on them. */
function isExplained({ filled }: HeapCause): boolean {
  return Boolean(filled?.insertion?.blame.subject) && filled?.collection.newestEntry !== 'Promise';
}

type Cause = Pick<HeapCause, 'growth' | 'filled' | 'site' | 'isMeasured'>;

function describe(promises: SurvivingSite, cause: Cause, facts: Facts): Draft {
  const { growth, site, isMeasured } = cause;
  const { trend, survival, alive } = promises;
  const itself = callOfItself(promises);
  const blame = itself ? { ...promises.blame, subject: itself, app: itself } : promises.blame;
  const frame = blame.subject!;
  const { thread } = growth;
  const impact = isMeasured ? heapImpact(growth, site?.share, facts) : unmeasuredImpact(growth);
  const sort = itself ? 'itself' : isRace(promises) ? 'race' : 'other';
  return {
    kind: 'promise-leak',
    severity: leakSeverity(impact.exhaustionSeconds),
    confidence: isMeasured ? PROMISE_LEAK.confidence : PROMISE_LEAK.unmeasured.confidence,
    urgency: isMeasured ? leakUrgency(impact.exhaustionSeconds) : HEAP_LEAK.slowUrgency,
    title: `Promises accumulate at ${perSecond(trend.slopePerSecond)}: ${WORDS[sort].why(frame)} (${placeWithLibrary(blame)})`,
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
    innocentExplanation: `Promises of slow work settle eventually. These were watched for up to ${Math.round(facts.lookSeconds)} s.`,
    advice: [WORDS[sort].advice(frame)],
    caveats: isMeasured
      ? []
      : [
          'In bytes the growth is still within the noise of the heap. The finding rests on the promises that remain.',
        ],
    asSymptom: `promises accumulate at ${perSecond(trend.slopePerSecond)}, created in ${place(frame)}`,
    effect: 'heap',
    explains: ['heap', 'gc', 'native', 'external', 'slower'],
  };
}

function isRace({ site: { frames } }: SurvivingSite): boolean {
  return frames.some(({ functionName, owner }) => owner === 'native' && /\brace$/.test(functionName));
}

function unmeasuredImpact({ floor }: HeapGrowth): Impact {
  return { metric: 'heap', value: Math.max(0, Math.round(floor.slopePerSecond)), unit: 'bytes/s' };
}

interface Words {
  /** Why they stay. */
  why(frame: Frame): string;
  advice(frame: Frame): string;
}

const WORDS: Record<'itself' | 'race' | 'other', Words> = {
  itself: {
    why: ({ functionName }) =>
      `\`${functionName}\` calls itself and waits for that call, so that none of its calls ends`,
    advice: ({ functionName }) =>
      `Use a loop (\`while (...) { await ... }\`) where \`${functionName}\` calls itself: each call that waits for the next one keeps its variables and its promise.`,
  },
  race: {
    why: () => 'each Promise.race includes a promise that does not settle',
    advice: () =>
      'Do not race against a promise that lives as long as the process: each call adds reactions that it keeps. Use an AbortSignal, or a promise that is created for this call.',
  },
  other: {
    why: () => 'they never settle, or a promise that never settles retains them',
    advice: () =>
      'Find what they wait for and give it a timeout or an AbortSignal. Do not chain on a promise that may never settle.',
  },
};
