// Callbacks that hold the event loop for so long that every other request waits.

import { blame as blameOf, isSameFunction } from '../../../analysis/cpu/blame.ts';
import type { BlockGroup } from '../../../analysis/cpu/blocks.ts';
import { groupByBlame, type Responsibility } from '../../../analysis/cpu/cpu.ts';
import { WORK_NAMES, type WorkKind } from '../../../analysis/cpu/work.ts';
import type { Severity } from '../../../model/finding.ts';
import type { Observations } from '../../../model/observations.ts';
import { formatDuration, formatShare } from '../../../units/units.ts';
import type { Draft, Effect, Rule } from '../../rule.ts';
import { EVENT_LOOP_BLOCK, STUCK, SYNC_CALLS } from '../../thresholds/cpu.ts';
import { onScale } from '../../thresholds/scale.ts';
import { place, placeWithLibrary, subjectOf } from '../../wording.ts';

/** Hashes have no other form, and those of small texts (an ETag) hold nobody up: as work they count as all other code. */
const HASHING = /^crypto\.(create(Hash|Hmac)|Hash|Hmac|hash|update|digest)$/;

export const eventLoopBlock: Rule = {
  kind: 'event-loop-block',
  judge({ blocks, cpu, throttling, observations }) {
    const stuck = describeStuck(observations);
    if (stuck) return [stuck];
    if (cpu.length === 0) return { notApplicable: 'no CPU profile' };
    // A worker has no one else waiting for its loop.
    const main = blocks.find(({ thread }) => thread === 0);
    const duration = cpu.find(({ thread }) => thread === 0)?.durationMicros ?? 0;
    if (!main || duration < EVENT_LOOP_BLOCK.leastMicros)
      return { notApplicable: 'the CPU profile of the main thread is shorter than 3 s' };
    // What a quota makes of a short callback is told as the quota's fault.
    const isStopped = (throttling?.shareOfPeriods ?? 0) >= EVENT_LOOP_BLOCK.stoppedOften;
    const felt = main.groups.filter((group) =>
      isFelt(isStopped ? withoutStops(group) : group, duration / 1_000),
    );
    const busy = cpu.find(({ thread }) => thread === 0)!.busyMicros;
    const calls = groupByBlame(cpu.find(({ thread }) => thread === 0)!.hotspots).filter(
      ({ synchronous, selfMicros }) =>
        (synchronous?.micros ?? 0) >= selfMicros * SYNC_CALLS.part &&
        selfMicros >= duration * SYNC_CALLS.share &&
        !HASHING.test(synchronous!.work.call ?? ''),
    );
    return [
      ...felt.map((group) => ({
        ...describe(group, duration / 1_000),
        explains: explainsQuota(group.totalMillis * 1_000, busy),
      })),
      ...calls.map((group) => ({
        ...describeCalls(group, duration),
        explains: explainsQuota(group.selfMicros, busy),
      })),
    ];
  },
};

/** Code that takes most of the CPU time is also what uses up the quota. */
function explainsQuota(micros: number, busyMicros: number): Effect[] {
  return micros >= busyMicros * EVENT_LOOP_BLOCK.mostOfBusy ? ['throttling'] : [];
}

function withoutStops(group: BlockGroup): BlockGroup {
  const { ranMillis } = group;
  return {
    ...group,
    blocksMillis: ranMillis,
    totalMillis: ranMillis.reduce((sum, millis) => sum + millis, 0),
    longestMillis: Math.max(...ranMillis),
  };
}

function isFelt(
  { blocksMillis, longestMillis, totalMillis, partInBlocks, isMeasured, gcShare }: BlockGroup,
  durationMillis: number,
): boolean {
  // A function that mostly runs for short is a hotspot, not a block; unless the loop was seen to be as late.
  const isRare = isMeasured && longestMillis >= EVENT_LOOP_BLOCK.longMillis;
  if (partInBlocks < EVENT_LOOP_BLOCK.leastPartInBlocks && !isRare) return false;
  // A block that is mostly collecting garbage is told as such.
  if (gcShare > EVENT_LOOP_BLOCK.mostGc) return false;
  const share = totalMillis / durationMillis;
  const repeated = blocksMillis.filter((block) => block >= EVENT_LOOP_BLOCK.repeatedMillis);
  if (longestMillis >= EVENT_LOOP_BLOCK.longMillis)
    return repeated.length > 1 || longestMillis >= 2 * EVENT_LOOP_BLOCK.longMillis;
  return (
    (repeated.length >= 2 && share >= EVENT_LOOP_BLOCK.leastShare) ||
    (share >= EVENT_LOOP_BLOCK.shareOfShort && blocksMillis.length >= EVENT_LOOP_BLOCK.leastShort)
  );
}

function describe(group: BlockGroup, durationMillis: number): Draft {
  const { blame, work, blocksMillis, longestMillis, totalMillis } = group;
  const named = blame.subject!;
  const share = totalMillis / durationMillis;
  const call = work.call ? `\`${work.call}\`` : WORK_NAMES[work.kind];
  const inner = group.frames.find((frame) => frame.owner === 'app' || frame.owner === 'library');
  return {
    kind: 'event-loop-block',
    severity: severityOf(longestMillis, share),
    confidence: onScale(EVENT_LOOP_BLOCK.confidence, blocksMillis.length),
    urgency: urgencyOf(longestMillis, share),
    title: `\`${named.functionName}\` blocks the event loop for up to ${formatDuration(longestMillis)} with ${call} (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: Math.round(longestMillis), unit: 'ms', share },
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${lengthsOf(group)}: ${formatShare(share)} of the time nothing else could run`,
        value: Math.round(totalMillis),
        unit: 'ms',
      },
      ...(inner
        ? [
            {
              source: 'cpu-profile',
              statement: `most of the longest one was spent in ${group.frames[0]?.file === null ? `${group.frames[0].functionName}, under ` : ''}${place(inner)}`,
            },
          ]
        : []),
    ],
    innocentExplanation:
      'At start-up, loading and compiling block too; these blocks came while the process was serving.',
    advice: [ADVICE[work.kind]],
    caveats: [],
    asSymptom: `event loop blocked for up to ${formatDuration(longestMillis)} in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}

function severityOf(longestMillis: number, share: number): Severity {
  const { critical, warning } = EVENT_LOOP_BLOCK;
  const isAt = (level: typeof critical) => longestMillis >= level.millis || share >= level.share;
  return isAt(critical) ? 'critical' : isAt(warning) ? 'warning' : 'notice';
}

function urgencyOf(longestMillis: number, share: number): number {
  const { from, perFull, fullMillis, most } = EVENT_LOOP_BLOCK.urgency;
  return Math.min(most, from + perFull * Math.min(1, longestMillis / fullMillis) + share);
}

/** "12 blocks of 180 ms to 240 ms, median 200 ms" */
function lengthsOf({ blocksMillis, longestMillis }: BlockGroup): string {
  if (blocksMillis.length === 1) return `1 block of ${formatDuration(longestMillis)}`;
  const median = blocksMillis.toSorted((a, b) => a - b)[blocksMillis.length >> 1]!;
  return `${blocksMillis.length} blocks of ${formatDuration(Math.min(...blocksMillis))} to ${formatDuration(longestMillis)}, median ${formatDuration(median)}`;
}

function describeCalls({ top, selfMicros, synchronous }: Responsibility, durationMicros: number): Draft {
  const { blame } = top;
  const named = blame.subject!;
  const { work, micros } = synchronous!;
  const share = selfMicros / durationMicros;
  const call = work.call ?? WORK_NAMES[work.kind];
  return {
    kind: 'event-loop-block',
    severity: share >= SYNC_CALLS.criticalShare ? 'critical' : 'warning',
    confidence: onScale(SYNC_CALLS.confidence, share),
    urgency: onScale(SYNC_CALLS.urgency, share),
    title: `\`${named.functionName}\` holds the event loop for ${formatShare(share)} of the time with \`${call}\` (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: share, unit: 'share', share },
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${formatShare(micros / durationMicros)} of the time is spent inside \`${call}\`, ${formatShare(share)} in all that ${place(top.frame)} does`,
        value: share,
        unit: 'share',
      },
    ],
    innocentExplanation:
      'Synchronous calls do no harm at start-up; these came while the process was serving.',
    advice: [ADVICE[work.kind]],
    caveats: [],
    asSymptom: `event loop held for ${formatShare(share)} of the time in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}

/**
 * Code that was running before the profiler came and never returns is invisible to it (V8 has no record of code that
 * was compiled earlier and is never called again); the stacks caught from within show it.
 */
function describeStuck({ stuck, runtime }: Observations): Draft | null {
  const main = stuck.filter(({ thread, frames }) => thread === 0 && blameOf(frames, 'of calls').subject);
  if (main.length < STUCK.leastLooks) return null;
  const blame = blameOf(main.at(-1)!.frames, 'of calls');
  const named = blame.subject!;
  const alike = main.filter(({ frames }) => isSameFunction(blameOf(frames, 'of calls').subject!, named));
  if (alike.length < STUCK.leastLooks || alike.length < main.length * STUCK.leastAlikeShare) return null;
  // Long blocks one after the other look the same each second; a loop that turned between them has noted a delay.
  const hasTurned = runtime.some(
    ({ thread, atMillis, eventLoopDelayMillis }) =>
      thread === 0 &&
      eventLoopDelayMillis &&
      atMillis > alike[0]!.atMillis &&
      atMillis < alike.at(-1)!.atMillis,
  );
  if (hasTurned) return null;
  const millis = alike.at(-1)!.atMillis - alike[0]!.atMillis + 1_000;
  return {
    kind: 'event-loop-block',
    severity: 'critical',
    confidence: STUCK.confidence,
    urgency: STUCK.urgency,
    title: `\`${named.functionName}\` has held the event loop for ${formatDuration(millis)} without a break (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: Math.round(millis), unit: 'ms', share: 1 },
    evidence: [
      {
        source: 'stack',
        statement: `at ${alike.length} of ${main.length} looks a second apart the event loop had not turned, and this was running`,
        value: alike.length,
        unit: 'count',
      },
    ],
    innocentExplanation: 'A very long computation would end some time; until then nothing else runs.',
    advice: [ADVICE.plain, 'If it should have ended: look for a loop whose condition never becomes false.'],
    caveats: [],
    asSymptom: `event loop held in ${place(named)}`,
    effect: 'cpu',
    explains: ['cpu', 'sockets', 'throttling'],
  };
}

const ADVICE: Record<WorkKind, string> = {
  'sync-fs': 'Use the asynchronous form (fs.promises), or read once at start and keep the result.',
  'child-process':
    'Use spawn or execFile with a callback: the *Sync form stops everything until the child ends.',
  crypto:
    'Use the asynchronous form (crypto.pbkdf2, scrypt, randomBytes with a callback): it runs on the thread pool.',
  zlib: 'Use the asynchronous form or a stream (zlib.gzip, createGzip): it runs on the thread pool.',
  json: 'Send or parse less at once: page the result, stream it, or do it in a worker thread.',
  regexp:
    'The expression backtracks. Remove nested repetition such as (a+)+, bound the length of the input, or parse by hand.',
  compile: 'Load and compile once at start, not while serving.',
  intl: 'Make one Intl formatter for each locale and keep it.',
  sort: 'Sort less at once, keep the data sorted, or sort in a worker thread.',
  dns: 'Use the asynchronous form.',
  serving: 'Send smaller parts at once.',
  plain:
    'Cut the work into parts that give the event loop a turn (setImmediate), or move it to a worker thread.',
};
