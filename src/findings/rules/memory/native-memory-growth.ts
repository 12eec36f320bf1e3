// RSS grows, but neither the heap nor the memory outside it that V8 knows of does: native code uses it.
import type { NativeCall } from '../../../analysis/cpu/native-calls.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import type { Trend } from '../../../analysis/statistics/trend.ts';
import type { OwnAgents } from '../../../analysis/waiting/own-agents.ts';
import type { Evidence, Severity } from '../../../model/finding.ts';
import { formatBytes, formatNumber, formatShare } from '../../../units/units.ts';
import { type RunsOut, whenMemoryRunsOut } from '../../leak-draft.ts';
import { entriesEvidence, holdsObjects, sayHolder } from '../../memory/holders.ts';
import { describeMapped, growingMapped } from '../../native/mapped-files.ts';
import { describeUnowned, growingUnowned } from '../../native/unowned-buffers.ts';
import { measureArenas } from '../../next-measurement.ts';
import type { Draft, Rule } from '../../rule.ts';
import { NATIVE_MEMORY } from '../../thresholds/memory.ts';
import { confidenceAt } from '../../thresholds/scale.ts';
import { isYoung, sayYoung } from '../../verdict/young-process.ts';
import {
  chainOf,
  inBrackets,
  latePace,
  leakSeverity,
  leakUrgency,
  movement,
  perSecond,
  place,
  placeWithLibrary,
  subjectOf,
} from '../../wording.ts';
import { agentEvidence, SHARE_ONE_AGENT } from '../../words/agent-words.ts';
import { endpointOf } from '../../words/wire-words.ts';

export const nativeMemoryGrowth: Rule = {
  kind: 'native-memory-growth',
  judge(facts) {
    const mapped = growingMapped(facts);
    if (mapped) return [describeMapped(mapped, facts)];
    const unowned = growingUnowned(facts);
    if (unowned) return [describeUnowned(unowned, facts)];
    if (facts.memory.native.verdict === 'too-little-data')
      return { notApplicable: 'RSS or its parts could not be read often enough' };
    return isGrowing(facts) && !isOfTheHeap(facts) && !isStartUp(facts) ? [describe(facts)] : [];
  },
};

/** Compiled code, arenas and thread stacks come in the first minutes of every process, and nothing else is in sight. */
function isStartUp(facts: Facts): boolean {
  const { native } = facts.memory;
  return isUnnamed(facts) && isYoung(facts) && native.last - native.first < NATIVE_MEMORY.startUpBytes;
}

function isUnnamed(facts: Facts): boolean {
  return !holderOf(facts) && !addonCall(facts) && !facts.ownAgents.some(isFrequent);
}

function isGrowing({ memory: { native, rss, external }, cpu }: Facts): boolean {
  const own = NATIVE_MEMORY.ownBytesPerSecond * Math.max(1, cpu.length);
  const isNative =
    native.verdict === 'growing' &&
    paceBesideOneStep(native) - own >= NATIVE_MEMORY.leastBytesPerSecond &&
    native.slopePerSecond > external.slopePerSecond &&
    native.risingSteps[0] >= native.risingSteps[1] * NATIVE_MEMORY.leastRisingShare;
  // Native parts move up and down; only what RSS as a whole follows is growth.
  const isFollowed = rss.slopePerSecond >= native.slopePerSecond * NATIVE_MEMORY.leastShareOfRss;
  return isNative && isFollowed && rss.verdict === 'growing';
}

/** What V8 gives up of its heap at once stays resident for a while, and then counts as native: one large step, and no leak. */
function paceBesideOneStep({ first, last, largestStep, slopePerSecond }: Trend): number {
  const share = largestStep / (last - first);
  return share > NATIVE_MEMORY.largestStepShare ? slopePerSecond * (1 - share) : slopePerSecond;
}

/**
 * A heap that grows takes memory beside itself (mark bits, remembered sets, pointer tables, room in its pages), and a young process its
 * compiled code: hardly more than the heap grows by, and for as long as the same collection is being filled.
 */
function isOfTheHeap(facts: Facts): boolean {
  const filled = holderOf(facts);
  const growth = facts.heap.find(({ thread }) => thread === filled?.collection.thread);
  return (
    growth?.floor.verdict === 'growing' &&
    growth.floor.slopePerSecond > facts.memory.native.slopePerSecond * NATIVE_MEMORY.mostlyHeap
  );
}

function describe(facts: Facts): Draft {
  const { native, rss } = facts.memory;
  const filled = holderOf(facts);
  const call = filled ? null : addonCall(facts);
  const own = filled || call ? null : (facts.ownAgents.find(isFrequent) ?? null);
  const blame = filled?.insertion?.blame ?? call?.blame ?? own?.blame ?? null;
  const frame = blame?.subject ?? null;
  const runsOut = whenMemoryRunsOut(facts, rss);
  const rate = `${formatBytes(native.slopePerSecond)}/s`;
  return {
    kind: 'native-memory-growth',
    ...weigh(facts, { filled, call: call ?? own }, runsOut),
    title: `Native memory grows by ${rate}${call ? sayCall(call, facts) : own ? sayAgents(own) : sayCompanion(filled)}${inBrackets(blame)}`,
    subject: subjectOf(
      filled ? 'collection' : 'memory',
      filled?.collection.holderName ?? call?.name ?? frame?.functionName ?? 'native memory',
      frame,
    ),
    impact: { metric: 'native', value: Math.round(native.slopePerSecond), unit: 'bytes/s', ...runsOut },
    evidence: [
      rssEvidence(facts),
      ...(filled && frame ? [entriesEvidence(filled, `, added in ${place(frame)}`)] : []),
      ...addonEvidence(facts),
      ...agentEvidence(own),
    ],
    ...(blame && chainOf(blame)),
    innocentExplanation: `The allocator keeps freed memory for a while, and takes more during start-up; that growth stops. This memory grew ${latePace(native)}.`,
    advice: [
      ...(own ? [SHARE_ONE_AGENT] : []),
      ...(call
        ? [
            `Look for a newer version of the package of \`${call.name}\`, or for a function of it that frees what a call takes. See what ${place(call.blame.subject!)} passes to it.`,
          ]
        : []),
      ...(call
        ? []
        : [
            'Close native resources when they are no longer needed (streams, database handles, zlib, TLS contexts), or keep one and share it.',
          ]),
      'If the allocator is fragmented, fewer arenas help: MALLOC_ARENA_MAX=2, or jemalloc.',
    ],
    ...(!filled && { nextMeasurement: measureArenas(facts) }),
    caveats: call
      ? [
          `culprit cannot see what native code allocates. It infers \`${call.name}\` because, of the native functions that the program calls, this one takes the most time.`,
        ]
      : own
        ? [
            'culprit infers that the Agents use it: each Agent with a ca or cert of its own creates a TLS context, which is native memory.',
          ]
        : frame
          ? ['culprit infers the holder: its entries grow together with the native memory.']
          : [
              'Native code makes no JavaScript allocations, so its caller is not visible to culprit.',
              ...sayYoung(facts, 'its start-up may still be allocating memory'),
            ],
    asSymptom: `native memory grows by ${rate}`,
    effect: 'native',
    explains: ['heap'],
  };
}

function isFrequent({ madePerSecond, blame }: OwnAgents): boolean {
  return madePerSecond >= NATIVE_MEMORY.leastAgentsPerSecond && blame.subject !== null;
}

const sayAgents = ({ label, madePerSecond }: OwnAgents) =>
  ` while ${formatNumber(madePerSecond)} requests a second to ${endpointOf(label)} each create an Agent`;

/** Native code is not seen; a collection of objects that grows along with its memory, with a known filler, may hold it. */
function holderOf({ collections }: Facts): GrowingCollection | null {
  return (
    collections.find(({ insertion, collection }) => insertion?.blame.subject && holdsObjects(collection)) ??
    null
  );
}

/** Of the addons' functions that the program calls, the one with most time; null where no addon is loaded. */
function addonCall({ nativeCalls, addons }: Facts): NativeCall | null {
  if (addons !== null && addons.length === 0) return null;
  return nativeCalls.find(({ blame }) => blame.subject) ?? null;
}

/** " while `crc32` of a native addon is called"; with its package where only one is loaded. */
function sayCall({ name }: NativeCall, { addons }: Facts): string {
  const [only, ...others] = [...new Set((addons ?? []).flatMap((addon) => addon.package ?? []))];
  const of = only !== undefined && others.length === 0 ? only : 'a native addon';
  return ` while \`${name}\` of ${of} is called`;
}

function addonEvidence({ addons, nativeCalls, cpu }: Facts): Evidence[] {
  const duration = cpu.reduce((sum, { durationMicros }) => sum + durationMicros, 0);
  const loaded = (addons ?? []).map(({ path, package: name }) => name ?? path);
  const calls = nativeCalls
    .filter(({ blame }) => blame.subject)
    .slice(0, MOST_CALLS)
    .map(
      ({ name, blame, micros }) =>
        `\`${name}\` in ${placeWithLibrary(blame)} (${formatShare(micros / duration)} of the time)`,
    );
  return [
    ...(loaded.length > 0
      ? [{ source: 'maps', statement: `native addons loaded: ${[...new Set(loaded)].join(', ')}` }]
      : []),
    ...(addons?.length !== 0 && calls.length > 0
      ? [{ source: 'cpu-profile', statement: `native functions that the program calls: ${calls.join('; ')}` }]
      : []),
  ];
}

const MOST_CALLS = 3;

function weigh(
  facts: Facts,
  { filled, call }: { filled: GrowingCollection | null; call: NativeCall | OwnAgents | null },
  { exhaustionSeconds }: RunsOut,
): { severity: Severity; confidence: number; urgency: number } {
  const { confidence, leastUrgency, startUrgency } = NATIVE_MEMORY;
  if (filled === null && call === null && isYoung(facts))
    return { severity: 'notice', confidence: confidence.starting, urgency: startUrgency };
  return {
    severity: leakSeverity(exhaustionSeconds),
    confidence: call ? confidence.called : confidenceAt(confidence, filled),
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
