// Worker threads that seem busy in their profile, and wait: for a lock, or in a call that blocks.
import type { PassiveSample } from '../../model/samples.ts';
import type { CpuSummary } from '../cpu/cpu.ts';

/** Less than this part of what worker threads seem to work was time on a CPU: they wait. */
const LEAST_ON_CPU = 0.5;

/** Ids of threads. */
export function findSleepers(
  cpu: readonly CpuSummary[],
  passive: readonly PassiveSample[],
): ReadonlySet<number> {
  const [first, last] = [passive[0]?.cpuMicros, passive.at(-1)?.cpuMicros];
  if (first === undefined || last === undefined) return new Set();
  const busyOf = (some: readonly CpuSummary[]) => some.reduce((sum, { busyMicros }) => sum + busyMicros, 0);
  const workers = cpu.filter(({ thread }) => thread !== 0);
  const left = last - first - busyOf(cpu.filter(({ thread }) => thread === 0));
  return new Set(left < busyOf(workers) * LEAST_ON_CPU ? workers.map(({ thread }) => thread) : []);
}
