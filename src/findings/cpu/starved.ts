// Whether the main thread is starved of CPU, and what remains of a wall-clock measurement once the time in which the thread
// only waited for a CPU is subtracted.

import type { MemoryThrottling } from '../../analysis/container/memory-throttling.ts';
import type { CpuSummary } from '../../analysis/cpu/cpu.ts';
import { type CpuWaitSpan, type CpuWaits, waitedShareOf } from '../../analysis/cpu/cpu-waits.ts';
import type { Facts } from '../../analysis/facts.ts';
import { CPU_STARVED } from '../thresholds/cpu.ts';
import { MEMORY_THROTTLED } from '../thresholds/memory.ts';

/** For most of the look it waited for a CPU longer than it had one, and somebody felt it. */
export function isStarved(waits: CpuWaits | null): waits is CpuWaits {
  if (waits === null || waits.seconds < CPU_STARVED.leastSeconds) return false;
  const { delayMillis = CPU_STARVED.leastDelayMillis } = waits;
  return (
    starvedSpans(waits).length >= waits.spans.length * CPU_STARVED.leastSpansShare &&
    delayMillis >= CPU_STARVED.leastDelayMillis
  );
}

export function starvedSpans({ spans }: CpuWaits): CpuWaitSpan[] {
  return spans.filter(
    (span) =>
      waitedShareOf(span) >= CPU_STARVED.leastWaitedShare &&
      span.waitedMillis >= (span.toMillis - span.fromMillis) * CPU_STARVED.leastShareOfTime,
  );
}

/**
 * The CPU profile as it would be if the waiting did not count: samples are told by the clock, and no thread is busy for
 * longer than it ran. As it was for other threads, and where nothing starves.
 */
export function withoutCpuWaits(
  summary: CpuSummary,
  facts: Pick<Facts, 'cpuWaits' | 'memoryThrottling'>,
): CpuSummary {
  const { cpuWaits: waits } = facts;
  if (summary.thread !== 0 || waits === null || stretchedBy(facts) === null) return summary;
  const ran = waits.ranMillis / (waits.seconds * 1_000);
  const part = Math.min(1, (ran * summary.durationMicros) / Math.max(1, summary.busyMicros));
  return {
    ...summary,
    busyMicros: summary.busyMicros * part,
    gcMicros: summary.gcMicros * part,
    hotspots: summary.hotspots.map((hotspot) => ({
      ...hotspot,
      selfMicros: hotspot.selfMicros * part,
      totalMicros: hotspot.totalMicros * part,
      synchronous: hotspot.synchronous && {
        ...hotspot.synchronous,
        micros: hotspot.synchronous.micros * part,
      },
    })),
  };
}

/** At its bound, and felt. */
export function isMemoryThrottled(throttling: MemoryThrottling | null): throttling is MemoryThrottling {
  if (!throttling || throttling.held === 0) return false;
  const { usageBytes, highBytes, stallShare, stuckShare } = throttling;
  const isHeld =
    stallShare === undefined
      ? stuckShare >= MEMORY_THROTTLED.leastStuckShare
      : stallShare >= MEMORY_THROTTLED.leastStallShare;
  return isHeld && usageBytes >= highBytes * MEMORY_THROTTLED.nearHigh;
}

export function stalledShareOf({ stallShare, stuckShare }: MemoryThrottling): number {
  return stallShare ?? stuckShare;
}

/** What makes times by the clock longer than the code does, as a caveat of what is told all the same; null: nothing. */
export function stretchedBy({
  cpuWaits,
  memoryThrottling,
}: Pick<Facts, 'cpuWaits' | 'memoryThrottling'>): string | null {
  if (isStarved(cpuWaits)) return STARVED_CAVEAT;
  return isMemoryThrottled(memoryThrottling) ? HELD_CAVEAT : null;
}

const HELD_CAVEAT =
  'The kernel throttles the process because of its memory (memory-throttled): the figures here cover only the time in which it ran.';

export const STARVED_CAVEAT =
  'The main thread is starved of CPU (cpu-starved): the figures here exclude the time it waited for a CPU.';
