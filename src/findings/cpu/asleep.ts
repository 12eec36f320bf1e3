// Functions that hold the event loop while their thread sleeps: they wait for something outside of it, and compute nothing. V8 shows no
// `Atomics.wait()`, and counts the sleep as time of its caller.
import type { BlockGroup } from '../../analysis/cpu/blocks.ts';
import { type CpuSummary, groupByBlame, type Responsibility } from '../../analysis/cpu/cpu.ts';
import { asleepMicros } from '../../analysis/cpu/cpu-waits.ts';
import type { Facts } from '../../analysis/facts.ts';
import { formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { LEAST_ASLEEP, SYNC_CALLS } from '../thresholds/cpu.ts';
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

/** Of the time of these blocks, what the thread slept, 0..1; null where it computed in them, or nothing tells. */
export function asleepInBlocks(
  groups: readonly BlockGroup[],
  summary: CpuSummary,
  facts: Known,
): number | null {
  return shareAsleep(
    groups.reduce((sum, { totalMillis }) => sum + totalMillis * 1_000, 0),
    summary,
    facts,
  );
}

/** The function with the most time of the main thread, where its time is sleep. */
export function sleepingFunction(
  summary: CpuSummary,
  facts: Known,
): { group: Responsibility; share: number } | null {
  const [group] = summary.thread === 0 ? groupByBlame(summary.hotspots) : [];
  const share = group ? shareAsleep(group.selfMicros, summary, facts) : null;
  return group && share !== null ? { group, share } : null;
}

/** Waits that are too short for blocks, and take much of the time together. */
export function describeSleeping(summary: CpuSummary, facts: Facts): Draft | null {
  const found = sleepingFunction(summary, facts);
  if (!found || found.group.selfMicros < summary.durationMicros * SYNC_CALLS.share) return null;
  const { top, selfMicros } = found.group;
  if (top.work.kind !== 'plain') return null;
  const { blame } = top;
  const named = blame.subject!;
  const share = selfMicros / summary.durationMicros;
  return {
    ...heldFor(share),
    kind: 'event-loop-block',
    title: `${capitalised(nameOfCode(named))} holds the event loop asleep for ${formatShare(share)} of the time (${placeWithLibrary(blame)})`,
    subject: subjectOf('function', named.functionName, named),
    evidence: [
      {
        source: 'cpu-profile',
        statement: `${formatShare(share)} of the time is spent in ${place(top.frame)} and what it calls`,
        value: share,
        unit: 'share',
      },
      asleepEvidence(found.share),
    ],
    ...chainOf(blame),
    innocentExplanation: blockInnocence(facts.program, null),
    advice: [asleepAdvice(blame)],
    caveats: [],
    asSymptom: `event loop held asleep for ${formatShare(share)} of the time in ${place(named)}`,
    effect: 'cpu',
    explains: [],
  };
}

function shareAsleep(micros: number, summary: CpuSummary, facts: Known): number | null {
  // What memory.high holds up sleeps in any code.
  if (micros === 0 || isMemoryThrottled(facts.memoryThrottling)) return null;
  const share = Math.min(1, asleepMicros(summary, facts.cpuWaits) / micros);
  return share >= LEAST_ASLEEP ? share : null;
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
export function asleepAdvice({ library, inner }: BlockGroup['blame']): string {
  const owner = inner ?? library;
  const who = owner ? packageOf(owner) : 'It';
  return `${who} puts this thread to sleep until something else has ended (a worker thread that it waits for with \`Atomics.wait()\`, a child process, a lock, a slow disk). To move the work elsewhere does not help while this thread waits for it: use an asynchronous form, in which the answer comes as a message, an event or a promise.`;
}
