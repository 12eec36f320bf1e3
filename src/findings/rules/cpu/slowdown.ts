// The same work costs more and more as the process gets older, while its memory hardly moves: it traverses something that
// becomes longer.

import type { Slowdown } from '../../../analysis/cpu/slowdown.ts';
import type { Facts } from '../../../analysis/facts.ts';
import { formatDuration, formatNumber, formatShare } from '../../../units/units.ts';
import { nameOf } from '../../memory/heap-leak-title.ts';
import type { Draft, Rule } from '../../rule.ts';
import { SLOWDOWN } from '../../thresholds/cpu.ts';
import { placeWithLibrary, risen, subjectOf } from '../../wording.ts';

export const slowdown: Rule = {
  kind: 'slowdown',
  judge(facts) {
    const { slowdown: slower } = facts;
    if (!slower) return { notApplicable: 'too few requests were counted to compare their cost over time' };
    return isSlower(slower) ? [describe(slower, facts)] : [];
  },
};

function isSlower({ cost, requestsPerSecond, where, mixShift }: Slowdown): boolean {
  const rise = cost.last - cost.first;
  if (mixShift >= SLOWDOWN.mostMixShift) return false;
  const isPlaced = where !== null && where.share >= SLOWDOWN.leastPlaced;
  return (
    (isPlaced || rise >= cost.first * SLOWDOWN.leastRiseUnplaced) &&
    cost.verdict === 'growing' &&
    rise >= cost.first * SLOWDOWN.leastRise &&
    (rise * requestsPerSecond) / 1_000 >= SLOWDOWN.leastShareOfCore
  );
}

function describe(slower: Slowdown, facts: Facts): Draft {
  const { cost, requestsPerSecond } = slower;
  const where = slower.where && slower.where.share >= SLOWDOWN.leastPlaced ? slower.where : null;
  const frame = where?.blame.subject ?? null;
  const [first, last] = [formatDuration(cost.first), formatDuration(cost.last)];
  const times = cost.last / Math.max(1e-6, cost.first);
  const perMinute = (cost.slopePerSecond * 60).toFixed(cost.slopePerSecond * 60 < 10 ? 1 : 0);
  const share = (cost.last * requestsPerSecond) / 1_000;
  return {
    kind: 'slowdown',
    severity: share >= SLOWDOWN.criticalShare ? 'critical' : 'warning',
    confidence: frame ? SLOWDOWN.confidence.placed : SLOWDOWN.confidence.unplaced,
    urgency: Math.min(SLOWDOWN.urgency.most, SLOWDOWN.urgency.from + SLOWDOWN.urgency.per * share),
    title: `Requests cost more and more: ${last} of CPU time each, ${formatNumber(Math.round(times * 10) / 10)} times what it was ${formatDuration(facts.lookSeconds * 1_000)} ago${where ? ` (${placeWithLibrary(where.blame)})` : ''}`,
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
      ...grownAlong(facts),
    ],
    innocentExplanation:
      'A shift to more expensive requests looks the same, and so does a cache that has just been cleared.',
    advice: [
      where
        ? 'See what this function traverses: a list, listeners, stores or rules that grow with each request. Use a Map for look-ups, and remove entries that are no longer needed.'
        : 'Look for something that grows with each request and is traversed each time: listeners, AsyncLocalStorage instances that stay enabled, lists that are searched.',
      'Compare a young and an old process: `culprit diagnose` right after a restart and hours later, then `culprit compare` the recordings.',
    ],
    caveats: where ? [] : ['No single function accounts for most of the rise.'],
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
