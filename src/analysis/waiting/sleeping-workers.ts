// Worker threads that seem busy in their profile, and wait: for a lock, or in a call that blocks.
import type { PassiveSample, RuntimeSample, SchedulingSample } from '../../model/samples.ts';
import type { CpuSummary } from '../cpu/cpu.ts';

/** For less than this part of what a worker thread seems to work it was awake: it waits. */
const LEAST_AWAKE = 0.5;

interface Watched {
  passive: readonly PassiveSample[];
  runtime: readonly RuntimeSample[];
  scheduling: readonly SchedulingSample[];
}

/** Ids of threads. By how long each was awake; where the kernel's name for one is not known, by the CPU time of all of them. */
export function findSleepers(cpu: readonly CpuSummary[], watched: Watched): ReadonlySet<number> {
  const workers = cpu.filter(({ thread }) => thread !== 0);
  const awake = workers.map(({ thread }) => shareAwake(thread, watched));
  if (awake.every((share) => share !== null))
    return idsOf(
      workers.filter(
        ({ busyMicros, durationMicros }, i) => awake[i]! * durationMicros < busyMicros * LEAST_AWAKE,
      ),
    );
  const { passive } = watched;
  const [first, last] = [passive[0]?.cpuMicros, passive.at(-1)?.cpuMicros];
  if (first === undefined || last === undefined) return new Set();
  const left = last - first - busyOf(cpu.filter(({ thread }) => thread === 0));
  return left < busyOf(workers) * LEAST_AWAKE ? idsOf(workers) : new Set();
}

/** Of the time between the first and the last look at it, in which it ran or was ready to, 0..1; null where nobody knows. */
function shareAwake(thread: number, { runtime, scheduling }: Watched): number | null {
  const tid = runtime.find((sample) => sample.thread === thread && sample.tid !== undefined)?.tid;
  const read = scheduling.flatMap(({ atMillis, awake = [] }) =>
    awake.filter(([id]) => id === tid).map(([, micros]) => ({ atMillis, micros })),
  );
  const [first, last] = [read[0], read.at(-1)];
  if (!first || !last || last.atMillis <= first.atMillis) return null;
  return (last.micros - first.micros) / 1_000 / (last.atMillis - first.atMillis);
}

const busyOf = (some: readonly CpuSummary[]) => some.reduce((sum, { busyMicros }) => sum + busyMicros, 0);
const idsOf = (some: readonly CpuSummary[]) => new Set(some.map(({ thread }) => thread));
