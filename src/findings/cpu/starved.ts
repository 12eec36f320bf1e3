// Whether the main thread is starved of CPU, and what is left of a measurement by the clock once the time in which the thread
// only waited for a CPU is taken off.
import type { CpuSummary } from '../../analysis/cpu/cpu.ts';
import { type CpuWaitSpan, type CpuWaits, waitedShareOf } from '../../analysis/cpu/cpu-waits.ts';
import { CPU_STARVED } from '../thresholds/cpu.ts';

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
export function withoutCpuWaits(summary: CpuSummary, waits: CpuWaits | null): CpuSummary {
  if (summary.thread !== 0 || !isStarved(waits)) return summary;
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

export const STARVED_CAVEAT =
  'The main thread is starved of CPU (cpu-starved): what is told here is the time it ran, without its waits.';
