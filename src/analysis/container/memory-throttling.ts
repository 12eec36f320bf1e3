// Above memory.high of its cgroup (version 2) the kernel kills no process: it puts the tasks that allocate memory to sleep
// and makes them reclaim memory first. The main thread then stops in the middle of its work, neither running nor ready to
// run. https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
import type { PassiveSample, SchedulingSample } from '../../model/samples.ts';

export interface MemoryThrottling {
  highBytes: number;
  /** The last reading. */
  usageBytes: number;
  /** Share of the time in which some, and in which all, tasks of the group waited for memory, 0..1. Absent: not counted. */
  stallShare?: number;
  fullStallShare?: number;
  /** How often the group was held above its bound, meanwhile. Absent: not counted. */
  held?: number;
  /** Of the looks, the share in which the main thread was in a sleep that nothing ends before its time (state D), 0..1. */
  stuckShare: number;
}

/** Null where the group has no such bound, or was looked at once. */
export function measureMemoryThrottling(
  passive: readonly PassiveSample[],
  scheduling: readonly SchedulingSample[],
): MemoryThrottling | null {
  const bounded = passive.filter(
    ({ cgroup }) => cgroup?.memoryHighBytes !== undefined && cgroup.memoryUsageBytes !== undefined,
  );
  const [first, last] = [bounded[0], bounded.at(-1)];
  if (!first || !last || last.atMillis <= first.atMillis) return null;
  const rise = (name: 'memoryStallMicros' | 'memoryFullStallMicros' | 'memoryHighEvents') => {
    const [from, to] = [first.cgroup![name], last.cgroup![name]];
    return from === undefined || to === undefined ? undefined : Math.max(0, to - from);
  };
  const shareOf = (micros: number | undefined) =>
    micros === undefined ? undefined : Math.min(1, micros / 1_000 / (last.atMillis - first.atMillis));
  const states = scheduling.filter(({ mainState }) => mainState !== undefined);
  return {
    highBytes: last.cgroup!.memoryHighBytes!,
    usageBytes: last.cgroup!.memoryUsageBytes!,
    stallShare: shareOf(rise('memoryStallMicros')),
    fullStallShare: shareOf(rise('memoryFullStallMicros')),
    held: rise('memoryHighEvents'),
    stuckShare:
      states.length === 0 ? 0 : states.filter(({ mainState }) => mainState === 'D').length / states.length,
  };
}
