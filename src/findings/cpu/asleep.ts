// Functions that hold the event loop while their thread sleeps: they wait for something outside of it, and compute nothing. V8 shows no
// `Atomics.wait()`, and counts the sleep as time of its caller.
import { type Blame, isSameFunction } from '../../analysis/cpu/blame/blame.ts';
import { type CpuSummary, groupByBlame, type Responsibility } from '../../analysis/cpu/cpu.ts';
import { asleepMicros } from '../../analysis/cpu/cpu-waits.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { ProgramKind } from '../../model/profile-tables.ts';
import { formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { ASLEEP, SYNC_CALLS } from '../thresholds/cpu.ts';
import {
  capitalised,
  chainOf,
  nameOfCode,
  packageOf,
  place,
  placeWithLibrary,
  subjectOf,
} from '../wording.ts';
import { blockInnocence } from './block-advice.ts';
import { heldFor } from './how-serious.ts';
import { isMemoryThrottled } from './starved.ts';

type Known = Pick<Facts, 'cpuWaits' | 'memoryThrottling'>;

export interface Sleeping {
  group: Responsibility;
  /** Of its time, what the thread slept, 0..1. */
  share: number;
}

/** The function with the most time of the main thread, where its time is sleep. */
export function sleepingFunction(summary: CpuSummary, facts: Known): Sleeping | null {
  // What memory.high holds up sleeps in any code.
  if (summary.thread !== 0 || isMemoryThrottled(facts.memoryThrottling)) return null;
  const [group] = groupByBlame(summary.hotspots);
  const asleep = asleepMicros(summary, facts.cpuWaits);
  if (!group || asleep === 0) return null;
  // What the rest of the code has room for may have been slept there.
  const rest = summary.busyMicros - summary.gcMicros - group.selfMicros;
  const isPlaced = group.selfMicros >= asleep * ASLEEP.leastPlaced && rest < asleep * ASLEEP.leastPlaced;
  const share = Math.min(1, asleep / group.selfMicros);
  return isPlaced && share >= ASLEEP.leastShare ? { group, share } : null;
}

/** Is it this function? */
export function isSleeping(sleeping: Sleeping | null, { subject }: Blame): boolean {
  const named = sleeping?.group.top.blame.subject;
  return Boolean(named && subject && isSameFunction(named, subject));
}

/** Waits that are too short for blocks, and take much of the time together. */
export function describeSleeping(
  { group: { top, selfMicros }, share: asleep }: Sleeping,
  { durationMicros }: CpuSummary,
  program: ProgramKind | null,
): Draft | null {
  if (selfMicros < durationMicros * SYNC_CALLS.share || top.work.kind !== 'plain') return null;
  const { blame } = top;
  const named = blame.subject!;
  const share = selfMicros / durationMicros;
  return {
    ...heldFor(share),
    kind: 'event-loop-block',
    title: `${capitalised(nameOfCode(named))} blocks the event loop by sleeping for ${formatShare(share)} of the time (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${formatShare(share)} of the time is spent in ${place(top.frame)} and what it calls`,
        value: share,
        unit: 'share',
      },
      asleepEvidence(asleep),
    ],
    ...chainOf(blame),
    innocentExplanation: blockInnocence(program, null),
    advice: [asleepAdvice(blame)],
    caveats: [],
    asSymptom: `event loop blocked by sleeping for ${formatShare(share)} of the time in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}

export function asleepEvidence(share: number): Draft['evidence'][number] {
  return {
    source: 'proc',
    statement: `for ${share >= 0.995 ? 'all' : formatShare(share)} of that time the main thread slept: it waited for something outside of it, and did not compute`,
    value: share,
    unit: 'share',
  };
}

/** Work that is known by its calls has advice of its own. */
export function asleepAdvice({ library, inner }: Blame): string {
  const owner = inner ?? library;
  const who = owner ? packageOf(owner) : 'It';
  return `${who} puts this thread to sleep until something else has ended (a worker thread that it waits for with \`Atomics.wait()\`, a child process, a lock, a slow disk). To move the work elsewhere does not help while this thread waits for it: use an asynchronous form, in which the answer comes as a message, an event or a promise.`;
}
