// An event loop that no longer turns: the same function in every sample, a second apart.
import { type Blame, blame as blameOf, isSameFunction } from '../../analysis/cpu/blame/blame.ts';
import { type CpuWaits, mostRunMillis } from '../../analysis/cpu/cpu-waits.ts';
import type { Frame } from '../../model/frame.ts';
import type { Observations } from '../../model/observations.ts';
import { formatCount, formatDuration } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { STUCK } from '../thresholds/cpu.ts';
import { capitalised, chainOf, nameOfCode, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { BLOCK_ADVICE } from './block-advice.ts';
import { isStarved, STARVED_CAVEAT } from './starved.ts';

/** Stacks are caught so far apart. */
const LOOK_MILLIS = 1_000;

/** A thread whose event loop did not turn while the same function ran. */
export interface HeldLoop {
  thread: number;
  blame: Blame;
  sinceMillis: number;
  untilMillis: number;
  /** Stacks that were caught, and those of them that are in the function. */
  looks: number;
  alike: number;
}

/** Null where the loop turned between two stacks, or they have no function in common. */
export function findHeld({ stuck, runtime }: Observations, thread: number): HeldLoop | null {
  const caught = stuck.filter(
    ({ thread: of, frames }) => of === thread && blameOf(frames, 'of calls').subject,
  );
  if (caught.length < STUCK.leastLooks) return null;
  const blame = blameOfMost(caught.map(({ frames }) => frames));
  const alike = caught.filter(({ frames }) => isIn(frames, blame.subject!));
  if (alike.length < STUCK.leastLooks || alike.length < caught.length * STUCK.leastAlikeShare) return null;
  // Long blocks one after the other look the same each second; a loop that turned between them has noted a delay.
  const hasTurned = runtime.some(
    (sample) =>
      sample.thread === thread &&
      sample.eventLoopDelayMillis &&
      sample.atMillis > alike[0]!.atMillis &&
      sample.atMillis < alike.at(-1)!.atMillis,
  );
  if (hasTurned) return null;
  const [sinceMillis, untilMillis] = [alike[0]!.atMillis - LOOK_MILLIS, alike.at(-1)!.atMillis];
  return { thread, blame, sinceMillis, untilMillis, looks: caught.length, alike: alike.length };
}

/** Of the last stack, from the innermost function of the application that most of them are in: a loop calls one helper after another. */
function blameOfMost(stacks: readonly (readonly Frame[])[]): Blame {
  const last = stacks.at(-1)!;
  const innermost = blameOf(last, 'of calls');
  const { app } = innermost;
  if (!app) return innermost;
  const at = last.findIndex(
    (frame) =>
      frame.owner === 'app' &&
      stacks.filter((frames) => isIn(frames, frame)).length >= stacks.length * STUCK.leastInMost,
  );
  const first = last.findIndex(({ owner }) => owner === 'app');
  return at <= first ? innermost : blameOf(last.slice(at), 'of calls');
}

const isIn = (frames: readonly Frame[], named: Frame) => frames.some((frame) => isSameFunction(frame, named));

/**
 * Code that was running before the profiler came and never returns is invisible to it (V8 has no record of code that
 * was compiled earlier and is never called again); the stacks caught from within show it.
 */
export function describeStuck(observations: Observations, waits: CpuWaits | null): Draft | null {
  const held = findHeld(observations, 0);
  if (!held) return null;
  const { blame, looks, sinceMillis: since, untilMillis: until, alike } = held;
  const named = blame.subject!;
  const isWaiting = isStarved(waits);
  const millis = isWaiting ? mostRunMillis(waits.spans, since, until) : until - since;
  // It may not have turned for want of a CPU.
  if (isWaiting && millis < STUCK.leastLooks * LOOK_MILLIS) return null;
  return {
    kind: 'event-loop-block',
    severity: 'critical',
    confidence: STUCK.confidence,
    urgency: STUCK.urgency,
    title: `${capitalised(nameOfCode(named))} has blocked the event loop for ${formatDuration(millis)} without a break (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: Math.round(millis), unit: 'ms', share: 1 },
    evidence: [
      {
        source: 'stack',
        statement: `in ${alike} of ${formatCount(looks, 'sample')}, one second apart, the event loop had not advanced and this function was running`,
        value: alike,
        unit: 'count',
      },
    ],
    ...chainOf(blame),
    innocentExplanation: 'A very long computation would eventually finish. Until then nothing else runs.',
    advice: [
      BLOCK_ADVICE.plain,
      'If it should have ended, look for a loop whose condition never becomes false.',
    ],
    caveats: isWaiting ? [STARVED_CAVEAT] : [],
    asSymptom: `event loop blocked in ${place(named)}`,
    effect: 'cpu',
    explains: ['cpu', 'sockets', 'throttling'],
  };
}
