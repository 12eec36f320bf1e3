// Callbacks that hold the event loop for so long that every other request waits.

import type { BlockGroup } from '../../../analysis/cpu/blocks.ts';
import { groupByBlame, type Responsibility } from '../../../analysis/cpu/cpu.ts';
import { WORK_NAMES, type Work } from '../../../analysis/cpu/work.ts';
import { median } from '../../../analysis/statistics/median.ts';
import type { ProgramKind } from '../../../model/profile-tables.ts';
import { formatDuration, formatNumber, formatShare } from '../../../units/units.ts';
import {
  asleepAdvice,
  asleepEvidence,
  describeSleeping,
  isSleeping,
  sleepingFunction,
} from '../../cpu/asleep.ts';
import {
  adviceFor,
  blockAdvice,
  blockInnocence,
  othersAdvice,
  packageAdvice,
} from '../../cpu/block-advice.ts';
import { describeChain, describeUnexplained, isFeltChain } from '../../cpu/held-loop.ts';
import { heldFor, severityOf, urgencyOf } from '../../cpu/how-serious.ts';
import { callbackAdvice, foldByPackage, type PackageBlocks, packageEvidence } from '../../cpu/one-package.ts';
import { timerOfPackage } from '../../cpu/own-timer.ts';
import { stretchedBy, withoutCpuWaits } from '../../cpu/starved.ts';
import { describeStuck } from '../../cpu/stuck-loop.ts';
import { describeStuckWorkers } from '../../cpu/stuck-worker.ts';
import { sayNoCpuProfile } from '../../lost-data.ts';
import type { Draft, Effect, Rule } from '../../rule.ts';
import { EVENT_LOOP_BLOCK, SYNC_CALLS } from '../../thresholds/cpu.ts';
import { onScale } from '../../thresholds/scale.ts';
import {
  capitalised,
  chainOf,
  nameOfCode,
  packageOf,
  place,
  placeWithLibrary,
  subjectOf,
} from '../../wording.ts';

/** Hashes have no other form, and those of small texts (an ETag) hold nobody up: as work they count as all other code. */
const HASHING = /^crypto\.(create(Hash|Hmac)|Hash|Hmac|hash|update|digest)$/;

/** They do their work and end, or work beside the thread that serves. */
const SERVE_NOBODY: readonly ProgramKind[] = ['script', 'test-run', 'benchmark', 'worker'];

export const eventLoopBlock: Rule = {
  kind: 'event-loop-block',
  judge(facts) {
    const { blocks, chains, lateLoop, cpu, throttling, cpuWaits, observations, program, isCalm } = facts;
    const stuck = describeStuck(observations, cpuWaits);
    if (stuck) return [stuck];
    const workers = describeStuckWorkers(facts);
    if (workers.length > 0) return workers;
    if (program !== null && SERVE_NOBODY.includes(program))
      return { notApplicable: 'the program serves no clients, so nothing waits for its event loop' };
    if (cpu.length === 0) return isCalm ? [] : { notApplicable: sayNoCpuProfile(facts) };
    if (observations.cpuProfiles.some(({ thread, samples }) => thread === 0 && samples.node.length === 0))
      return { notApplicable: 'the profile has counts but no timed samples' };
    // A worker has no one else waiting for its loop.
    const main = blocks.find(({ thread }) => thread === 0);
    const summary = cpu.find(({ thread }) => thread === 0);
    if (!main || !summary) return isCalm ? [] : { notApplicable: 'no CPU profile of the main thread' };
    if (summary.durationMicros < EVENT_LOOP_BLOCK.leastMicros)
      return { notApplicable: 'the CPU profile of the main thread is shorter than 3 s' };
    const { durationMicros: duration, busyMicros: busy, hotspots } = withoutCpuWaits(summary, facts);
    const stretched = stretchedBy(facts);
    const isWaiting = stretched !== null;
    // What a quota or its neighbours make of a short callback is told as their fault.
    const isStopped = isWaiting || (throttling?.shareOfPeriods ?? 0) >= EVENT_LOOP_BLOCK.stoppedOften;
    const served = program === 'server' ? main.groups.filter((group) => !isStart(group)) : main.groups;
    const groups = isWaiting ? served.map(withoutStops) : served;
    const feltGroups = groups.filter((group) =>
      isFelt(isStopped ? withoutStops(group) : group, duration / 1_000),
    );
    const caveats = stretched === null ? [] : [stretched];
    const { uptimeSeconds } = observations.target;
    const feltChains = chains.filter((chain) => isFeltChain(chain, duration / 1_000));
    const { blocks: felt, others: held } = foldByPackage(feltGroups, feltChains);
    const unexplained = isStopped ? null : describeUnexplained(lateLoop);
    const calls = groupByBlame(hotspots).filter((group) => isManyCalls(group, duration));
    const sleeping = isStopped ? null : sleepingFunction(summary, facts);
    const isTold =
      felt.some(({ blame }) => isSleeping(sleeping, blame)) ||
      calls.some(({ top }) => isSleeping(sleeping, top.blame));
    const asleep = sleeping && !isTold ? describeSleeping(sleeping, summary, program) : null;
    return [
      ...felt.map((group) => ({
        ...describe(group, duration / 1_000, {
          program,
          asleep: isSleeping(sleeping, group.blame) ? sleeping!.share : null,
        }),
        innocentExplanation: blockInnocence(program, uptimeSeconds),
        caveats,
        explains: explainsQuota(group.totalMillis * 1_000, busy),
      })),
      ...calls.map((group) => ({
        ...describeCalls(group, duration, program),
        caveats,
        explains: explainsQuota(group.selfMicros, busy),
      })),
      ...(asleep ? [asleep] : []),
      ...held.map((chain) => ({ ...describeChain(chain, duration / 1_000), caveats })),
      ...(unexplained ? [unexplained] : []),
    ];
  },
};

const RUNS_MAIN = /^(?:executeUserEntryPoint|(?:Module\.)?runMain|startup)$/;

/** A server that was profiled from its start: while its main module is loaded, nobody waits for an answer. */
function isStart({ frames }: BlockGroup): boolean {
  return frames.some(({ owner, functionName }) => owner === 'node' && RUNS_MAIN.test(functionName));
}

/** Synchronous calls, each of which may be short. */
function isManyCalls({ synchronous, selfMicros }: Responsibility, durationMicros: number): boolean {
  return (
    (synchronous?.micros ?? 0) >= selfMicros * SYNC_CALLS.part &&
    selfMicros >= durationMicros * SYNC_CALLS.share &&
    !HASHING.test(synchronous!.work.call ?? '')
  );
}

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

interface Circumstances {
  program: ProgramKind | null;
  /** Of the time of this function, what the thread slept; null where it computed. */
  asleep: number | null;
}

function describe(group: PackageBlocks, durationMillis: number, { program, asleep }: Circumstances): Draft {
  const { blame, work, blocksMillis, longestMillis, totalMillis } = group;
  const named = blame.subject!;
  const share = totalMillis / durationMillis;
  const timer = timerOfPackage(group);
  const isAsleep = asleep !== null && work.kind === 'plain';
  return {
    kind: 'event-loop-block',
    severity: severityOf(longestMillis, share),
    confidence: onScale(EVENT_LOOP_BLOCK.confidence, blocksMillis.length),
    urgency: urgencyOf(longestMillis, share),
    title: `${capitalised(nameOfCode(named))} ${blocksWords(program)} for up to ${formatDuration(longestMillis)}${isAsleep ? ' by sleeping' : withWork(work)} (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: Math.round(longestMillis), unit: 'ms', share },
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${lengthsOf(group)}: nothing else could run for ${formatShare(share)} of the time`,
        value: Math.round(totalMillis),
        unit: 'ms',
      },
      ...(isAsleep ? [asleepEvidence(asleep)] : []),
      ...longestEvidence(group),
      ...callerEvidence(group),
      ...packageEvidence(group),
      ...timer.evidence,
      ...othersEvidence(group),
    ],
    ...chainOf(blame),
    innocentExplanation: blockInnocence(program, null),
    advice: isAsleep
      ? [asleepAdvice(blame)]
      : [
          ...new Set([
            ...timer.advice,
            ...callbackAdvice(group),
            ...adviceFor(group, program),
            ...othersAdvice(group, program),
          ]),
        ],
    caveats: [],
    asSymptom: `event loop blocked for up to ${formatDuration(longestMillis)} in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}

/** " with `fs.readFileSync`"; of plain code there is nothing to say. */
function withWork({ call, kind }: Work): string {
  if (call) return ` with \`${call}\``;
  return kind === 'plain' ? '' : ` with ${WORK_NAMES[kind]}`;
}

function blocksWords(program: ProgramKind | null): string {
  if (program === 'page') return 'is a long task: the page does not answer';
  return program === 'react-native' ? 'is a long task: the app does not answer' : 'blocks the event loop';
}

/** Where the longest one was spent, with the part of it that was; nothing where it was spent all over. */
function longestEvidence({ frames, framesShare, calleeCount, hotLine }: BlockGroup): Draft['evidence'] {
  const inner = frames.find((frame) => frame.owner === 'app' || frame.owner === 'library');
  if (!inner) return [];
  const under = frames[0]?.file === null ? `${frames[0].functionName}, called from ` : '';
  const spread = calleeCount > 1 ? `, spread over ${formatNumber(calleeCount)} functions that it calls` : '';
  const inLine = hotLine === null || hotLine === inner.line ? '' : `, mostly in line ${hotLine}`;
  return [
    {
      source: 'cpu-profile',
      statement: `${formatShare(framesShare)} of the longest block was spent in ${under}${place(inner)}${spread}${inLine}`,
    },
  ];
}

/** Who decides how often it runs in one turn of the loop. */
function callerEvidence({ blame: { app, caller } }: BlockGroup): Draft['evidence'] {
  return app && caller ? [{ source: 'cpu-profile', statement: `called by ${place(caller)}` }] : [];
}

/** What else had a large part of it. */
function othersEvidence({ others }: BlockGroup): Draft['evidence'] {
  return others.map(({ work, share, frame }) => ({
    source: 'cpu-profile',
    statement: `${formatShare(share)} of the longest block was ${WORK_NAMES[work.kind]}${work.call ? ` (\`${work.call}\`)` : ''} in ${place(frame)}`,
  }));
}

/** "12 blocks of 180 ms to 240 ms, median 200 ms" */
function lengthsOf({ blocksMillis, longestMillis }: BlockGroup): string {
  if (blocksMillis.length === 1) return `1 block of ${formatDuration(longestMillis)}`;
  const middle = median(blocksMillis)!;
  return `${blocksMillis.length} blocks of ${formatDuration(Math.min(...blocksMillis))} to ${formatDuration(longestMillis)}, median ${formatDuration(middle)}`;
}

function describeCalls(
  { top, selfMicros, synchronous }: Responsibility,
  durationMicros: number,
  program: ProgramKind | null,
): Draft {
  const { blame } = top;
  const named = blame.subject!;
  const { work, micros } = synchronous!;
  const library = blame.inner ?? blame.library;
  const share = selfMicros / durationMicros;
  const call = work.call ?? WORK_NAMES[work.kind];
  return {
    ...heldFor(share),
    kind: 'event-loop-block',
    title: `${capitalised(nameOfCode(named))} blocks the event loop for ${formatShare(share)} of the time in code that calls \`${call}\` (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${formatShare(share)} of the time is spent in ${place(top.frame)} and what it calls; inside \`${call}\` alone it is ${formatShare(micros / durationMicros)}`,
        value: share,
        unit: 'share',
      },
    ],
    ...chainOf(blame),
    innocentExplanation:
      program === null || program === 'server'
        ? 'Synchronous calls do no harm at start-up. These were made while the process was serving.'
        : blockInnocence(program, null),
    advice: [(library && packageAdvice(work.kind, packageOf(library))) ?? blockAdvice(work.kind, program)],
    caveats: [],
    asSymptom: `event loop blocked for ${formatShare(share)} of the time in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}
