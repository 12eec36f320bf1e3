// RSS grows, and neither the heap nor what V8 knows of outside it does: memory taken by native code.
import type { Facts } from '../../../analysis/facts.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import type { Evidence, Severity } from '../../../model/finding.ts';
import { formatBytes } from '../../../units/units.ts';
import { type RunsOut, whenMemoryRunsOut } from '../../leak-draft.ts';
import { entriesEvidence, holdsObjects, sayHolder } from '../../memory/holders.ts';
import type { Draft, Rule } from '../../rule.ts';
import { NATIVE_MEMORY } from '../../thresholds/memory.ts';
import { confidenceAt } from '../../thresholds/scale.ts';
import {
  inBrackets,
  leakSeverity,
  leakUrgency,
  movement,
  perSecond,
  place,
  subjectOf,
} from '../../wording.ts';
import { isYoung, sayYoung } from '../../young-process.ts';

export const nativeMemoryGrowth: Rule = {
  kind: 'native-memory-growth',
  judge(facts) {
    if (facts.memory.native.verdict === 'too-little-data')
      return { notApplicable: 'RSS or its parts could not be read often enough' };
    return isGrowing(facts) ? [describe(facts)] : [];
  },
};

function isGrowing({ memory: { native, rss, external }, cpu }: Facts): boolean {
  const own = NATIVE_MEMORY.ownBytesPerSecond * Math.max(1, cpu.length);
  const isNative =
    native.verdict === 'growing' &&
    native.slopePerSecond - own >= NATIVE_MEMORY.leastBytesPerSecond &&
    native.slopePerSecond > external.slopePerSecond &&
    native.risingSteps[0] >= native.risingSteps[1] * NATIVE_MEMORY.leastRisingShare;
  // Native parts move up and down; only what RSS as a whole follows is growth.
  const isFollowed = rss.slopePerSecond >= native.slopePerSecond * NATIVE_MEMORY.leastShareOfRss;
  return isNative && isFollowed && rss.verdict === 'growing';
}

function describe(facts: Facts): Draft {
  const { native, rss } = facts.memory;
  const filled = holderOf(facts);
  const blame = filled?.insertion?.blame ?? null;
  const frame = blame?.subject ?? null;
  const runsOut = whenMemoryRunsOut(facts, rss);
  const rate = `${formatBytes(native.slopePerSecond)}/s`;
  return {
    kind: 'native-memory-growth',
    ...weigh(facts, filled, runsOut),
    title: `Native memory grows by ${rate}${sayCompanion(filled)}${inBrackets(blame)}`,
    subject: subjectOf(
      filled ? 'collection' : 'memory',
      filled?.collection.holderName ?? frame?.functionName ?? 'native memory',
      frame,
    ),
    impact: { metric: 'native', value: Math.round(native.slopePerSecond), unit: 'bytes/s', ...runsOut },
    evidence: [
      rssEvidence(facts),
      ...(filled && frame ? [entriesEvidence(filled, `, added in ${place(frame)}`)] : []),
    ],
    innocentExplanation:
      'The allocator keeps freed memory for a while and takes more at start-up; that ends, this did not while we looked.',
    advice: [
      'Close native resources when done (streams, database handles, zlib, TLS contexts), or keep one and share it.',
      'If it is fragmentation, fewer arenas help: MALLOC_ARENA_MAX=2, or jemalloc.',
    ],
    caveats: frame
      ? ['The holder is inferred: its entries grow along with the native memory.']
      : [
          'Native code makes no JavaScript allocations: its caller cannot be seen from here.',
          ...sayYoung(facts, 'what it needs at its start may still be coming'),
        ],
    asSymptom: `native memory grows by ${rate}`,
    effect: 'native',
    explains: ['heap'],
  };
}

/** Native code is not seen; a collection of objects that grows along with its memory, with a known filler, may hold it. */
function holderOf({ collections }: Facts): GrowingCollection | null {
  return (
    collections.find(({ insertion, collection }) => insertion?.blame.subject && holdsObjects(collection)) ??
    null
  );
}

function weigh(
  facts: Facts,
  filled: GrowingCollection | null,
  { exhaustionSeconds }: RunsOut,
): { severity: Severity; confidence: number; urgency: number } {
  const { confidence, leastUrgency, startUrgency } = NATIVE_MEMORY;
  // Compiled code, arenas and thread stacks come in the first minutes of every process.
  if (filled === null && isYoung(facts))
    return { severity: 'notice', confidence: confidence.starting, urgency: startUrgency };
  return {
    severity: leakSeverity(exhaustionSeconds),
    confidence: confidenceAt(confidence, filled),
    urgency: Math.max(leastUrgency, leakUrgency(exhaustionSeconds)),
  };
}

/** ": Map `contexts` of SecureContext grows along with it, 12/s" */
function sayCompanion(filled: GrowingCollection | null): string {
  if (!filled) return '';
  const entries = filled.collection.newestEntry || 'objects';
  return `: ${sayHolder(filled)} of ${entries} grows along with it, ${perSecond(filled.trend.slopePerSecond)}`;
}

function rssEvidence({ memory: { native, rss } }: Facts): Evidence {
  return {
    source: 'memory',
    statement: `memory beyond the heap and V8's external memory ${movement(native, formatBytes)}; RSS from ${formatBytes(rss.first)} to ${formatBytes(rss.last)}`,
    value: native.slopePerSecond,
    unit: 'bytes/s',
  };
}
