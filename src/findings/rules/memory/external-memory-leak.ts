// Memory outside the V8 heap that V8 knows of grows: buffers and array buffers that somebody keeps.
import type { Facts } from '../../../analysis/facts.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import { formatBytes } from '../../../units/units.ts';
import { type CreationSite, siteOfAllocations } from '../../creation-site.ts';
import { holdsObjects } from '../../memory/holders.ts';
import { heldCollection } from '../../memory/retainer-path.ts';
import type { Rule } from '../../rule.ts';
import {
  leakSeverity,
  leakUrgency,
  perSecond,
  placeWithLibrary,
  risen,
  secondsUntil,
  subjectOf,
} from '../../wording.ts';

const LEAST_BYTES_PER_SECOND = 32 * 1024;
const BUFFER_MAKERS =
  /^(alloc|allocUnsafe|allocUnsafeSlow|from|concat|FastBuffer|createUnsafeBuffer|allocate|fromArrayLike|copyBytesFrom|slice|subarray|toString|createPool|fromStringFast)$/;

export const externalMemoryLeak: Rule = {
  kind: 'external-memory-leak',
  judge(facts) {
    const { external, rss } = facts.memory;
    if (external.verdict === 'too-little-data')
      return {
        notApplicable: `fewer than 6 counts of external memory after a full GC (${external.points} seen)`,
      };
    if (external.verdict !== 'growing' || external.slopePerSecond < LEAST_BYTES_PER_SECOND) return [];
    const filled = bufferCollection(facts);
    const site: CreationSite | null = filled ? null : siteOfAllocations(facts, BUFFER_MAKERS);
    const blame = filled?.insertion?.blame ?? site?.blame ?? null;
    const frame = blame?.subject ?? null;
    const limit = facts.observations.limits.memoryLimitBytes;
    const exhaustionSeconds =
      limit === undefined ? undefined : secondsUntil(limit - rss.last + external.last, external);
    const rate = `${formatBytes(external.slopePerSecond)}/s`;
    const holder = filled
      ? `${filled.collection.type}${filled.collection.holderName ? ` \`${filled.collection.holderName}\`` : ''} keeps ${perSecond(filled.trend.slopePerSecond)} more of them`
      : '';
    const where = blame ? ` (${placeWithLibrary(blame)})` : '';
    return [
      {
        kind: 'external-memory-leak',
        severity: leakSeverity(exhaustionSeconds),
        confidence: filled?.insertion ? 0.93 : frame ? 0.75 : 0.6,
        urgency: Math.max(0.8, leakUrgency(exhaustionSeconds)),
        title: `Buffers outside the heap grow by ${rate}${holder ? `: ${holder}` : ''}${where}`,
        subject: subjectOf(
          filled ? 'collection' : frame ? 'function' : 'memory',
          filled?.collection.holderName ?? frame?.functionName ?? 'external memory',
          frame,
        ),
        impact: {
          metric: 'external',
          value: Math.round(external.slopePerSecond),
          unit: 'bytes/s',
          exhaustionSeconds,
          limit: limit === undefined ? undefined : `memory limit ${formatBytes(limit)}`,
        },
        evidence: [
          {
            source: 'memory',
            statement: `external memory after a full GC ${risen(external)}, from ${formatBytes(external.first)} to ${formatBytes(external.last)}`,
            value: external.slopePerSecond,
            unit: 'bytes/s',
          },
          ...(filled
            ? [
                {
                  source: 'census',
                  statement: `${filled.collection.type} of ${filled.collection.newestEntry || 'entries'}: ${filled.trend.first} to ${filled.trend.last} entries`,
                  value: filled.trend.slopePerSecond,
                  unit: 'entries/s',
                },
              ]
            : []),
          ...(site ? [site.evidence] : []),
        ],
        retainerPath: heldCollection(filled, 0, facts)?.path,
        innocentExplanation:
          'Buffers wait for a GC like everything else: these numbers were read right after full ones.',
        advice: [
          'Bound what keeps the buffers (a ring buffer, a maximum of bytes), or copy the part you need (Buffer.from(slice)): a small slice keeps its whole buffer.',
        ],
        caveats: [],
        asSymptom: `external memory grows by ${rate}`,
        effect: 'external',
        explains: ['heap', 'native', 'gc'],
      },
    ];
  },
};

/** The collection that takes the buffers: one of buffers first, else the fastest. */
function bufferCollection({ collections }: Facts): GrowingCollection | null {
  const known = collections.filter(({ insertion }) => insertion?.blame.subject);
  return (
    known.find(({ collection }) => /Buffer|Uint8Array|TypedArray/.test(collection.newestEntry)) ??
    known.find(({ collection }) => holdsObjects(collection)) ??
    null
  );
}
