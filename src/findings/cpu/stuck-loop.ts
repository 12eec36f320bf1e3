// An event loop that does not turn any more: the same function at every look, a second apart.
import { blame as blameOf, isSameFunction } from '../../analysis/cpu/blame/blame.ts';
import { type CpuWaits, mostRunMillis } from '../../analysis/cpu/cpu-waits.ts';
import type { Observations } from '../../model/observations.ts';
import { formatCount, formatDuration } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { STUCK } from '../thresholds/cpu.ts';
import { capitalised, chainOf, nameOfCode, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { BLOCK_ADVICE } from './block-advice.ts';
import { isStarved, STARVED_CAVEAT } from './starved.ts';

/** Stacks are caught so far apart. */
const LOOK_MILLIS = 1_000;

/**
 * Code that was running before the profiler came and never returns is invisible to it (V8 has no record of code that
 * was compiled earlier and is never called again); the stacks caught from within show it.
 */
export function describeStuck({ stuck, runtime }: Observations, waits: CpuWaits | null): Draft | null {
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
  const [since, until] = [alike[0]!.atMillis - LOOK_MILLIS, alike.at(-1)!.atMillis];
  const isWaiting = isStarved(waits);
  const millis = isWaiting ? mostRunMillis(waits.spans, since, until) : until - since;
  // It may not have turned for want of a CPU.
  if (isWaiting && millis < STUCK.leastLooks * LOOK_MILLIS) return null;
  return {
    kind: 'event-loop-block',
    severity: 'critical',
    confidence: STUCK.confidence,
    urgency: STUCK.urgency,
    title: `${capitalised(nameOfCode(named))} has held the event loop for ${formatDuration(millis)} without a break (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    impact: { metric: 'event-loop', value: Math.round(millis), unit: 'ms', share: 1 },
    evidence: [
      {
        source: 'stack',
        statement: `in ${alike.length} of ${formatCount(main.length, 'sample')}, one second apart, the event loop had not turned and this function was running`,
        value: alike.length,
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
    asSymptom: `event loop held in ${place(named)}`,
    effect: 'cpu',
    explains: ['cpu', 'sockets', 'throttling'],
  };
}
