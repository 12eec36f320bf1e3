// What all causes of a rising heap have in common: how fast it rises, when it reaches its limit, and the evidence of that.
import type { Facts } from '../../analysis/facts.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { Trend } from '../../analysis/statistics/trend.ts';
import type { Evidence, Impact } from '../../model/finding.ts';
import { formatBytes } from '../../units/units.ts';
import type { RunsOut } from '../leak-draft.ts';
import { heapLimitOf } from '../limits.ts';
import { movement, secondsUntil } from '../wording.ts';

/** `share` is the part of all growth, 0..1, that the named place allocates. */
export function heapImpact({ floor }: HeapGrowth, share: number | undefined, facts: Facts): Impact {
  return {
    metric: 'heap',
    value: Math.max(0, Math.round(floor.slopePerSecond)),
    unit: 'bytes/s',
    share,
    ...whenHeapRunsOut(floor, facts),
  };
}

/** The heap limit, or the container's where that is met first. */
export function whenHeapRunsOut(floor: Trend, { observations, memory }: Facts): RunsOut {
  const heapLimit = heapLimitOf(observations);
  const inHeap: RunsOut = {
    exhaustionSeconds: secondsUntil(heapLimit, floor),
    limit: heapLimit === undefined ? undefined : `heap limit ${formatBytes(heapLimit)}`,
  };
  const { memoryLimitBytes } = observations.limits;
  if (memoryLimitBytes === undefined || memory.container.points === 0) return inHeap;
  const left = memoryLimitBytes - memory.container.last;
  const seconds = secondsUntil(floor.last + left, floor);
  return seconds === undefined || seconds >= (inHeap.exhaustionSeconds ?? Number.POSITIVE_INFINITY)
    ? inHeap
    : { exhaustionSeconds: seconds, limit: `memory limit ${formatBytes(memoryLimitBytes)} of the container` };
}

export function floorEvidence({ floor }: HeapGrowth): Evidence {
  return {
    source: 'gc',
    statement: `memory in use after a full GC ${movement(floor, formatBytes)}`,
    value: floor.slopePerSecond,
    unit: 'bytes/s',
  };
}
