// Callbacks that hold the event loop for so long that every other request waits.

import { blame as blameOf, isSameFunction } from '../../../analysis/cpu/blame.ts';
import type { BlockGroup } from '../../../analysis/cpu/blocks.ts';
import { groupByBlame, type Responsibility } from '../../../analysis/cpu/cpu.ts';
import { WORK_NAMES, type WorkKind } from '../../../analysis/cpu/work.ts';
import { median } from '../../../analysis/statistics/median.ts';
import type { Observations } from '../../../model/observations.ts';
import { formatDuration, formatShare } from '../../../units/units.ts';
import type { Draft, Effect, Rule } from '../../rule.ts';
import { place, placeWithLibrary, subjectOf } from '../../wording.ts';

/** One block this long is felt by everybody who waits. */
const LONG_MILLIS = 250;
/** Blocks this long count when they come again. */
const REPEATED_MILLIS = 100;
const LEAST_SHARE = 0.01;
/** From this share of periods on, a CPU quota makes blocks longer than the code does. */
const STOPPED_OFTEN = 0.05;
const MOST_OF_BUSY = 0.5;
const LEAST_PART_IN_BLOCKS = 0.5;
const MOST_GC = 0.35;
/** Or shorter ones that take this share of all time. */
const SHARE_OF_SHORT = 0.1;

/** Or a synchronous call of Node's: each may be short, but the code that makes them takes this share of all time, */
const SHARE_OF_SYNC = 0.12;
/** and the calls themselves are this part of it. */
const SYNC_PART = 0.2;
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
    if (!main || duration < 3e6)
      return { notApplicable: 'the CPU profile of the main thread is shorter than 3 s' };
    // What a quota makes of a short callback is told as the quota's fault.
    const isStopped = (throttling?.shareOfPeriods ?? 0) >= STOPPED_OFTEN;
    const felt = main.groups.filter((group) =>
      isFelt(isStopped ? withoutStops(group) : group, duration / 1_000),
    );
    const busy = cpu.find(({ thread }) => thread === 0)!.busyMicros;
    const calls = groupByBlame(cpu.find(({ thread }) => thread === 0)!.hotspots).filter(
      ({ synchronous, selfMicros }) =>
        (synchronous?.micros ?? 0) >= selfMicros * SYNC_PART &&
        selfMicros >= duration * SHARE_OF_SYNC &&
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
  return micros >= busyMicros * MOST_OF_BUSY ? ['throttling'] : [];
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
  const isRare = isMeasured && longestMillis >= LONG_MILLIS;
  if (partInBlocks < LEAST_PART_IN_BLOCKS && !isRare) return false;
  // A block that is mostly collecting garbage is told as such.
  if (gcShare > MOST_GC) return false;
  const share = totalMillis / durationMillis;
  const repeated = blocksMillis.filter((block) => block >= REPEATED_MILLIS);
  if (longestMillis >= LONG_MILLIS) return repeated.length > 1 || longestMillis >= 2 * LONG_MILLIS;
  return (
    (repeated.length >= 2 && share >= LEAST_SHARE) || (share >= SHARE_OF_SHORT && blocksMillis.length >= 5)
  );
}

function describe(group: BlockGroup, durationMillis: number): Draft {
  const { blame, work, blocksMillis, longestMillis, totalMillis } = group;
  const named = blame.subject!;
  const share = totalMillis / durationMillis;
  const middleMillis = median(blocksMillis)!;
  const lengths =
    blocksMillis.length === 1
      ? `1 block of ${formatDuration(longestMillis)}`
      : `${blocksMillis.length} blocks of ${formatDuration(Math.min(...blocksMillis))} to ${formatDuration(longestMillis)}, median ${formatDuration(middleMillis)}`;
  const call = work.call ? `\`${work.call}\`` : WORK_NAMES[work.kind];
  const inner = group.frames.find((frame) => frame.owner === 'app' || frame.owner === 'library');
  return {
    kind: 'event-loop-block',
    severity:
      longestMillis >= 1_000 || share >= 0.25
        ? 'critical'
        : longestMillis >= 200 || share >= 0.1
          ? 'warning'
          : 'notice',
    confidence: Math.min(0.96, 0.75 + 0.03 * blocksMillis.length),
    urgency: Math.min(1, 0.35 + 0.35 * Math.min(1, longestMillis / 1_000) + share),
    title: `\`${named.functionName}\` blocks the event loop for up to ${formatDuration(longestMillis)} with ${call} (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: Math.round(longestMillis), unit: 'ms', share },
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${lengths}: ${formatShare(share)} of the time nothing else could run`,
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

function describeCalls({ top, selfMicros, synchronous }: Responsibility, durationMicros: number): Draft {
  const { blame } = top;
  const named = blame.subject!;
  const { work, micros } = synchronous!;
  const share = selfMicros / durationMicros;
  const call = work.call ?? WORK_NAMES[work.kind];
  return {
    kind: 'event-loop-block',
    severity: share >= 0.3 ? 'critical' : 'warning',
    confidence: Math.min(0.95, 0.75 + share / 2),
    urgency: Math.min(1, 0.35 + share),
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

const LEAST_STUCK = 3;

/**
 * Code that was running before the profiler came and never returns is invisible to it (V8 has no record of code that
 * was compiled earlier and is never called again); the stacks caught from within show it.
 */
function describeStuck({ stuck, runtime }: Observations): Draft | null {
  const main = stuck.filter(({ thread, frames }) => thread === 0 && blameOf(frames, 'of calls').subject);
  if (main.length < LEAST_STUCK) return null;
  const blame = blameOf(main.at(-1)!.frames, 'of calls');
  const named = blame.subject!;
  const alike = main.filter(({ frames }) => isSameFunction(blameOf(frames, 'of calls').subject!, named));
  if (alike.length < LEAST_STUCK || alike.length < main.length / 2) return null;
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
    confidence: 0.95,
    urgency: 1,
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
