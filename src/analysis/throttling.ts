// What a CPU quota does to a process: in each period (usually 100 ms) its group may use so much CPU time; once that is
// gone every thread of it is stopped until the next one begins.
// https://docs.kernel.org/scheduler/sched-bwc.html
import type { CgroupSample, PassiveSample, RuntimeSample } from '../model/samples.ts';

export interface Throttling {
  quotaCores: number;
  periodMillis: number;
  seconds: number;
  /** Periods in which the group was active, and of these, those in which it was stopped. */
  periods: number;
  throttledPeriods: number;
  shareOfPeriods: number;
  /** Share of the wall time in which it was stopped, 0..1. */
  stoppedShare: number;
  /** Mean length of a stop. */
  stopMillis: number;
  /** CPU that all tasks of the group used, and this process of it; in cores. */
  groupCores?: number;
  processCores?: number;
  /** Of this process, by thread; in cores. */
  threads?: { main: number; helpers: number; pool: number; other: number };
  /** How late the main thread's event loop was: median over the seconds with stops of each second's latest. */
  delayMillis?: number;
  /** The same of the seconds without a stop, where there were some. */
  calmDelayMillis?: number;
}

const LEAST_SECONDS = 5;

/** null without a quota, or where its counters were not read often enough. */
export function measureThrottling(
  passive: readonly PassiveSample[],
  runtime: readonly RuntimeSample[],
): Throttling | null {
  const read = passive.filter((sample) => sample.cgroup?.periods !== undefined);
  const [first, last] = [read[0], read.at(-1)];
  if (!first || !last || last.cgroup!.cpuQuotaCores === undefined) return null;
  const seconds = (last.atMillis - first.atMillis) / 1_000;
  if (seconds < LEAST_SECONDS) return null;
  const rise = (name: 'periods' | 'throttledPeriods' | 'throttledMicros') =>
    Math.max(0, (last.cgroup![name] ?? 0) - (first.cgroup![name] ?? 0));
  const periodMillis = (last.cgroup!.cpuPeriodMicros ?? 100_000) / 1_000;
  const [periods, throttledPeriods] = [rise('periods'), rise('throttledPeriods')];
  // The kernel adds up the stops of every CPU that the group ran on. None is longer than what is left of the period when
  // two CPUs at a time have used the quota up.
  const longest = periodMillis * (1 - Math.min(0.9, last.cgroup!.cpuQuotaCores / 2));
  const stoppedMillis = Math.min(rise('throttledMicros') / 1_000, throttledPeriods * longest);
  return {
    quotaCores: last.cgroup!.cpuQuotaCores,
    periodMillis,
    seconds,
    periods,
    throttledPeriods,
    shareOfPeriods: periods > 0 ? Math.min(1, throttledPeriods / periods) : 0,
    stoppedShare: Math.min(0.99, stoppedMillis / (seconds * 1_000)),
    stopMillis: throttledPeriods > 0 ? stoppedMillis / throttledPeriods : 0,
    groupCores: coresOf(read, ({ cgroup }) =>
      cgroup?.cpuUsageMicros === undefined ? undefined : cgroup.cpuUsageMicros - (cgroup.ownCpuMicros ?? 0),
    ),
    processCores: coresOf(read, (sample) => sample.cpuMicros),
    threads: threadsOf(read),
    ...delaysOf(read, runtime),
  };
}

function coresOf(
  read: readonly PassiveSample[],
  value: (sample: PassiveSample) => number | undefined,
): number | undefined {
  const known = read.filter((sample) => value(sample) !== undefined);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || last.atMillis <= first.atMillis) return undefined;
  return Math.max(0, value(last)! - value(first)!) / 1_000 / (last.atMillis - first.atMillis);
}

function threadsOf(read: readonly PassiveSample[]): Throttling['threads'] {
  const of = (name: 'mainMicros' | 'helperMicros' | 'poolMicros' | 'otherMicros') =>
    coresOf(read, (sample) => sample.threadCpu?.[name]);
  const main = of('mainMicros');
  return main === undefined
    ? undefined
    : { main, helpers: of('helperMicros') ?? 0, pool: of('poolMicros') ?? 0, other: of('otherMicros') ?? 0 };
}

/** Of each second: was the group stopped in it, and how late was the loop? */
function delaysOf(
  read: readonly PassiveSample[],
  runtime: readonly RuntimeSample[],
): Pick<Throttling, 'delayMillis' | 'calmDelayMillis'> {
  const delays: Record<'stopped' | 'calm', number[]> = { stopped: [], calm: [] };
  const main = runtime.filter(({ thread, eventLoopDelayMillis }) => thread === 0 && eventLoopDelayMillis);
  for (const [i, sample] of read.entries()) {
    const before = read[i - 1];
    if (!before) continue;
    const wasStopped = stopsOf(sample.cgroup!) > stopsOf(before.cgroup!);
    const within = main.filter(
      ({ atMillis }) => atMillis > before.atMillis && atMillis <= sample.atMillis + LATE_READ_MILLIS,
    );
    if (within.length === 0) continue;
    const latest = Math.max(...within.map(({ eventLoopDelayMillis }) => eventLoopDelayMillis!.max));
    delays[wasStopped ? 'stopped' : 'calm'].push(latest);
  }
  return {
    delayMillis: medianOf(delays.stopped),
    calmDelayMillis: delays.calm.length < LEAST_CALM ? undefined : medianOf(delays.calm),
  };
}

/** Fewer seconds without a stop are no comparison. */
const LEAST_CALM = 3;
/** The probe answers a little after the counters were read. */
const LATE_READ_MILLIS = 200;

const stopsOf = ({ throttledPeriods }: CgroupSample) => throttledPeriods ?? 0;

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
