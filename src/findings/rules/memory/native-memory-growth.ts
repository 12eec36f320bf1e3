// RSS grows, and neither the heap nor what V8 knows of outside it does: memory taken by native code.
import { formatBytes } from '../../../units/units.ts';
import { holdsObjects } from '../../memory/holders.ts';
import type { Rule } from '../../rule.ts';
import {
  leakSeverity,
  leakUrgency,
  perSecond,
  place,
  placeWithLibrary,
  risen,
  secondsUntil,
  subjectOf,
} from '../../wording.ts';
import { isYoung, sayYoung } from '../../young-process.ts';

/** What leaks takes more at nearly every look; an allocator that settles, and our own census, take it in a few steps. */
const LEAST_RISING_SHARE = 0.6;
const LEAST_BYTES_PER_SECOND = 250 * 1024;
/** V8 keeps each CPU sample until the profile is stopped: measured about 130 bytes, a thousand times a second a thread. */
const OWN_BYTES_PER_SECOND = 130 * 1024;

const START_URGENCY = 0.5;

export const nativeMemoryGrowth: Rule = {
  kind: 'native-memory-growth',
  judge(facts) {
    const { native, rss, external } = facts.memory;
    if (native.verdict === 'too-little-data')
      return { notApplicable: 'RSS or its parts could not be read often enough' };
    const own = OWN_BYTES_PER_SECOND * Math.max(1, facts.cpu.length);
    const isNative =
      native.verdict === 'growing' &&
      native.slopePerSecond - own >= LEAST_BYTES_PER_SECOND &&
      native.slopePerSecond > external.slopePerSecond &&
      native.risingSteps[0] >= native.risingSteps[1] * LEAST_RISING_SHARE;
    // Native parts move up and down; only what RSS as a whole follows is growth.
    if (!isNative || rss.slopePerSecond < native.slopePerSecond / 2 || rss.verdict !== 'growing') return [];
    const filled =
      facts.collections.find(
        ({ insertion, collection }) => insertion?.blame.subject && holdsObjects(collection),
      ) ?? null;
    const blame = filled?.insertion?.blame ?? null;
    const frame = blame?.subject ?? null;
    // Compiled code, arenas and thread stacks come in the first minutes of every process.
    const mayBeStart = frame === null && isYoung(facts);
    const limit = facts.observations.limits.memoryLimitBytes;
    const exhaustionSeconds = limit === undefined ? undefined : secondsUntil(limit, rss);
    const rate = `${formatBytes(native.slopePerSecond)}/s`;
    const holder = filled
      ? `: ${filled.collection.type}${filled.collection.holderName ? ` \`${filled.collection.holderName}\`` : ''} of ${filled.collection.newestEntry || 'objects'} grows along with it, ${perSecond(filled.trend.slopePerSecond)}`
      : '';
    return [
      {
        kind: 'native-memory-growth',
        severity: mayBeStart ? 'notice' : leakSeverity(exhaustionSeconds),
        confidence: frame ? 0.85 : mayBeStart ? 0.4 : 0.6,
        urgency: mayBeStart ? START_URGENCY : Math.max(0.75, leakUrgency(exhaustionSeconds)),
        title: `Native memory grows by ${rate}${holder}${blame ? ` (${placeWithLibrary(blame)})` : ''}`,
        subject: subjectOf(
          filled ? 'collection' : 'memory',
          filled?.collection.holderName ?? frame?.functionName ?? 'native memory',
          frame,
        ),
        impact: {
          metric: 'native',
          value: Math.round(native.slopePerSecond),
          unit: 'bytes/s',
          exhaustionSeconds,
          limit: limit === undefined ? undefined : `memory limit ${formatBytes(limit)}`,
        },
        evidence: [
          {
            source: 'memory',
            statement: `memory beyond the heap and V8's external memory ${risen(native)}, from ${formatBytes(native.first)} to ${formatBytes(native.last)}; RSS from ${formatBytes(rss.first)} to ${formatBytes(rss.last)}`,
            value: native.slopePerSecond,
            unit: 'bytes/s',
          },
          ...(filled
            ? [
                {
                  source: 'census',
                  statement: `${filled.collection.type} of ${filled.collection.newestEntry || 'entries'}: ${filled.trend.first} to ${filled.trend.last} entries, added in ${place(frame!)}`,
                },
              ]
            : []),
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
      },
    ];
  },
};
