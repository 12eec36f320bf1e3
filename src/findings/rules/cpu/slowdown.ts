// The same work costs more and more as the process gets older, while its memory hardly moves: it traverses something that
// becomes longer.

import type { Slowdown } from '../../../analysis/cpu/slowdown.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { Trend } from '../../../analysis/statistics/trend.ts';
import { formatDuration, formatNumber, formatShare } from '../../../units/units.ts';
import { type NativeThreads, nativeThreads, nativeThreadsEvidence } from '../../cpu/native-threads.ts';
import { nameOf } from '../../memory/heap-leak-title.ts';
import type { Draft, Rule } from '../../rule.ts';
import { SLOWDOWN } from '../../thresholds/cpu.ts';
import { inBrackets, placeWithLibrary, risen, subjectOf } from '../../wording.ts';

export const slowdown: Rule = {
  kind: 'slowdown',
  judge(facts) {
    const { slowdown: slower } = facts;
    if (!slower) return { notApplicable: 'too few requests were counted to compare their cost over time' };
    if (slower.mixShift >= SLOWDOWN.mostMixShift) return [];
    const where = slower.where && slower.where.share >= SLOWDOWN.leastPlaced ? slower.where : null;
    const native = where ? null : nativeThreads(facts);
    const isNative = native !== null && native.share >= SLOWDOWN.leastPlaced;
    if (isSlower(slower) && (where || isNative || isMuch(slower.cost)))
      return [describe(slower, { where, native: isNative ? native : null }, facts)];
    return [];
  },
};

function isSlower({ requestsPerSecond, cost }: Slowdown): boolean {
  const rise = cost.last - cost.first;
  return (
    cost.verdict === 'growing' &&
    rise >= cost.first * SLOWDOWN.leastRise &&
    (rise * requestsPerSecond) / 1_000 >= SLOWDOWN.leastShareOfCore
  );
}

const isMuch = ({ first, last }: Trend): boolean => last - first >= first * SLOWDOWN.leastRiseUnplaced;

interface Rise {
  where: Slowdown['where'];
  native: NativeThreads | null;
}

function describe({ cost, requestsPerSecond }: Slowdown, { where, native }: Rise, facts: Facts): Draft {
  const blame = where?.blame ?? native?.blame ?? null;
  const frame = blame?.subject ?? null;
  const [first, last] = [formatDuration(cost.first), formatDuration(cost.last)];
  const times = cost.last / Math.max(1e-6, cost.first);
  const perMinute = (cost.slopePerSecond * 60).toFixed(cost.slopePerSecond * 60 < 10 ? 1 : 0);
  const share = (cost.last * requestsPerSecond) / 1_000;
  return {
    kind: 'slowdown',
    severity: share >= SLOWDOWN.criticalShare ? 'critical' : 'warning',
    confidence: where
      ? SLOWDOWN.confidence.placed
      : native?.blame
        ? SLOWDOWN.confidence.inferred
        : SLOWDOWN.confidence.unplaced,
    urgency: Math.min(SLOWDOWN.urgency.most, SLOWDOWN.urgency.from + SLOWDOWN.urgency.per * share),
    title: `Requests cost more and more: ${last} of CPU time each, ${formatNumber(Math.round(times * 10) / 10)} times what it was ${formatDuration(facts.lookSeconds * 1_000)} ago${native ? ', much of the rise on threads of native code' : ''}${inBrackets(blame)}`,
    subject: subjectOf(frame ? 'function' : 'thread', frame?.functionName ?? 'main thread', frame),
    impact: { metric: 'cpu', value: Math.min(1, share), unit: 'share' },
    evidence: [
      {
        source: 'requests',
        statement: `CPU time for each answered request ${risen(cost)}, from ${first} to ${last}: ${perMinute} ms more each minute, at ${formatNumber(requestsPerSecond)} requests a second`,
        value: cost.last,
        unit: 'ms',
      },
      ...(where
        ? [
            {
              source: 'cpu-profile',
              statement: `${formatShare(where.share)} of the rise is in ${placeWithLibrary(where.blame)}: from ${formatDuration(where.firstMillis)} to ${formatDuration(where.lastMillis)} for each request`,
            },
          ]
        : []),
      ...(native ? nativeThreadsEvidence(native) : []),
      ...grownAlong(facts),
    ],
    innocentExplanation:
      'A shift to more expensive requests looks the same, and so does a cache that has just been cleared.',
    advice: [
      native
        ? 'Native code may look after something that becomes more with each request (watched folders, subscriptions, open handles of an addon) and go through all of it: end what is begun there (unsubscribe, close, destroy) when it is no longer needed.'
        : where
          ? 'See what this function traverses: a list, listeners, stores or rules that grow with each request. Use a Map for look-ups, and remove entries that are no longer needed.'
          : 'Look for something that grows with each request and is traversed each time: listeners, AsyncLocalStorage instances that stay enabled, lists that are searched.',
      'Compare a young and an old process: `culprit diagnose` right after a restart and hours later, then `culprit compare` the recordings.',
    ],
    caveats: native
      ? ['culprit cannot see what native threads do. It infers the place from the addons that are loaded.']
      : where
        ? []
        : ['No single function accounts for most of the rise.'],
    asSymptom: `requests cost more and more CPU time (${first} to ${last})`,
    effect: 'slower',
    explains: ['cpu'],
  };
}

/** What became longer meanwhile: likely what is traversed. */
function grownAlong({ collections }: Facts): Draft['evidence'] {
  return collections
    .filter(({ trend }) => trend.last >= trend.first * SLOWDOWN.leastGrownAlong)
    .slice(0, SLOWDOWN.mostGrownAlong)
    .map((grown) => ({
      source: 'census',
      statement: `meanwhile ${grown.collection.type} \`${nameOf(grown)}\` grew from ${formatNumber(grown.trend.first)} to ${formatNumber(grown.trend.last)} entries${grown.insertion?.blame.subject ? `, added in ${placeWithLibrary(grown.insertion.blame)}` : ''}`,
    }));
}
