// The same work costs more and more as the process gets older, while its memory hardly moves: it traverses something that
// becomes longer.

import type { Blame } from '../../../analysis/cpu/blame/blame.ts';
import type { GrownFunction, GrownInNode, Slowdown } from '../../../analysis/cpu/slowdown.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { Trend } from '../../../analysis/statistics/trend.ts';
import type { Frame } from '../../../model/frame.ts';
import { formatDuration, formatNumber, formatShare } from '../../../units/units.ts';
import { type NativeThreads, nativeThreads, nativeThreadsEvidence } from '../../cpu/native-threads.ts';
import { nameOf } from '../../memory/leak/heap-leak-title.ts';
import type { Draft, Rule } from '../../rule.ts';
import { SLOWDOWN } from '../../thresholds/cpu.ts';
import { inBrackets, place, placeWithLibrary, risen, subjectOf } from '../../wording.ts';

export const slowdown: Rule = {
  kind: 'slowdown',
  judge(facts) {
    const { slowdown: slower } = facts;
    if (!slower) return { notApplicable: 'too few requests were counted to compare their cost over time' };
    if (slower.mixShift >= SLOWDOWN.mostMixShift || !isSlower(slower)) return [];
    const rise = riseOf(slower, facts);
    return rise || isMuch(slower.cost) ? [describe(slower, rise ?? UNPLACED, facts)] : [];
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

/** Where the rise is, and what follows from that. */
interface Rise extends Pick<Draft, 'confidence' | 'evidence' | 'caveats'> {
  blame: Blame | null;
  frame: Frame | null;
  /** In the title: where it is, if not in code of the program or of a library. */
  beyond: string;
  advice: string;
}

/** In a function of the program or a library, or in one of Node that many call, or on threads of native code. */
function riseOf({ where, inNode }: Slowdown, facts: Facts): Rise | null {
  const isMost = ({ share }: { share: number }) => share >= SLOWDOWN.leastPlaced;
  if (where && isMost(where)) return riseInFunction(where);
  if (inNode && isMost(inNode)) return riseInNode(inNode);
  const native = nativeThreads(facts);
  return native && isMost(native) ? riseOnNativeThreads(native) : null;
}

const UNPLACED: Rise = {
  blame: null,
  frame: null,
  beyond: '',
  confidence: SLOWDOWN.confidence.unplaced,
  evidence: [],
  advice:
    'Look for something that grows with each request and is traversed each time: listeners, AsyncLocalStorage instances that stay enabled, lists that are searched.',
  caveats: ['No single function accounts for most of the rise.'],
};

function riseInFunction({ blame, share, firstMillis, lastMillis }: GrownFunction): Rise {
  const statement = `${formatShare(share)} of the rise is in ${placeWithLibrary(blame)}: from ${formatDuration(firstMillis)} to ${formatDuration(lastMillis)} for each request`;
  return {
    blame,
    frame: blame.subject,
    beyond: '',
    confidence: SLOWDOWN.confidence.placed,
    evidence: [{ source: 'cpu-profile', statement }],
    advice:
      'See what this function traverses: a list, listeners, stores or rules that grow with each request. Use a Map for look-ups, and remove entries that are no longer needed.',
    caveats: [],
  };
}

function riseInNode({ frame, share, firstMillis, lastMillis }: GrownInNode): Rise {
  const statement = `${formatShare(share)} of the rise is in ${place(frame)}, called from many places: from ${formatDuration(firstMillis)} to ${formatDuration(lastMillis)} for each request`;
  // Node hands on the stores of all instances with each asynchronous operation, by code in these files.
  const isOfStores = /async_hooks|async_local_storage/.test(frame.file ?? '');
  return {
    blame: null,
    frame,
    beyond: `, most of the rise in \`${frame.functionName}\` of Node.js`,
    confidence: SLOWDOWN.confidence.inferred,
    evidence: [{ source: 'cpu-profile', statement }],
    advice: isOfStores
      ? 'Search the program and its packages for `new AsyncLocalStorage()` (or an async hook) that is made for each request, job or connection: once used, each instance stays enabled and takes time at every asynchronous operation. Make it once, or call `disable()` when its work is done. Node.js 24 and later do not slow down with the number of instances.'
      : 'Node.js goes through something that the program makes longer with each request: listeners of an emitter, handlers, timers, headers. See what its callers in the profile pass to it.',
    caveats: ['The profile shows that Node.js takes the time, not which code of the program causes that.'],
  };
}

function riseOnNativeThreads(native: NativeThreads): Rise {
  const { blame } = native;
  return {
    blame,
    frame: blame?.subject ?? null,
    beyond: ', much of the rise on threads of native code',
    confidence: blame ? SLOWDOWN.confidence.inferred : SLOWDOWN.confidence.unplaced,
    evidence: nativeThreadsEvidence(native),
    advice:
      'Native code may keep a list that gets longer with each request (watched folders, subscriptions, open handles of an addon) and traverse all of it: release each entry (unsubscribe, close, destroy) when it is no longer needed.',
    caveats: [
      'culprit cannot see what native threads do. It infers the place from the addons that are loaded.',
    ],
  };
}

function describe({ cost, requestsPerSecond }: Slowdown, rise: Rise, facts: Facts): Draft {
  const [first, last] = [formatDuration(cost.first), formatDuration(cost.last)];
  const times = cost.last / Math.max(1e-6, cost.first);
  const perMinute = (cost.slopePerSecond * 60).toFixed(cost.slopePerSecond * 60 < 10 ? 1 : 0);
  const share = (cost.last * requestsPerSecond) / 1_000;
  const { frame } = rise;
  return {
    kind: 'slowdown',
    severity: share >= SLOWDOWN.criticalShare ? 'critical' : 'warning',
    confidence: rise.confidence,
    urgency: Math.min(SLOWDOWN.urgency.most, SLOWDOWN.urgency.from + SLOWDOWN.urgency.per * share),
    title: `Requests cost more and more: ${last} of CPU time each, ${formatNumber(Math.round(times * 10) / 10)} times what it was ${formatDuration(facts.lookSeconds * 1_000)} ago${rise.beyond}${inBrackets(rise.blame)}`,
    subject: subjectOf(frame ? 'function' : 'thread', frame?.functionName ?? 'main thread', frame),
    impact: { metric: 'cpu', value: Math.min(1, share), unit: 'share' },
    evidence: [
      {
        source: 'requests',
        statement: `CPU time for each answered request ${risen(cost)}, from ${first} to ${last}: ${perMinute} ms more each minute, at ${formatNumber(requestsPerSecond)} requests a second`,
        value: cost.last,
        unit: 'ms',
      },
      ...rise.evidence,
      ...grownAlong(facts),
    ],
    innocentExplanation:
      'A shift to more expensive requests looks the same, and so does a cache that has just been cleared.',
    advice: [
      rise.advice,
      'Compare a young and an old process: `culprit diagnose` right after a restart and hours later, then `culprit compare` the recordings.',
    ],
    caveats: rise.caveats,
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
