// What a CPU quota does to a process: in each period (usually 100 ms) its cgroup may use a fixed amount of CPU time; once
// that is used up, all of its threads are stopped until the next period. https://docs.kernel.org/scheduler/sched-bwc.html

import type { PassiveSample, RuntimeSample } from '../../model/samples.ts';
import { median } from '../statistics/median.ts';

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

/** Of a quota culprit may take this part, and the rest still tells of the target: with more, the stops may be ours ... */
const MOST_OWN_SHARE = 0.15;
/** What probe, profilers and inspector take in the target itself, in cores: measured on an idle server, Node 20. */
const IN_TARGET_CORES = 0.03;
/** ... unless the target alone takes this part. */
const LEAST_TARGET_SHARE = 0.6;

/** null without a quota, or where its counters were not read for long enough while culprit itself took little of it. */
export function measureThrottling(
  passive: readonly PassiveSample[],
  runtime: readonly RuntimeSample[],
): Throttling | null {
  const read = passive.filter((sample) => sample.cgroup?.periods !== undefined);
  const last = read.at(-1);
  const quotaCores = last?.cgroup?.cpuQuotaCores;
  if (!last || quotaCores === undefined) return null;
  const spans = spansOf(read, runtime).filter(
    ({ millis, ownMillis, usedMillis }) =>
      ownMillis <= millis * quotaCores * MOST_OWN_SHARE ||
      usedMillis - ownMillis >= millis * quotaCores * LEAST_TARGET_SHARE,
  );
  const sum = (name: 'millis' | 'periods' | 'throttledPeriods' | 'throttledMillis') =>
    spans.reduce((total, span) => total + span[name], 0);
  const seconds = sum('millis') / 1_000;
  if (seconds < LEAST_SECONDS) return null;
  const periodMillis = (last.cgroup!.cpuPeriodMicros ?? 100_000) / 1_000;
  const [periods, throttledPeriods] = [sum('periods'), sum('throttledPeriods')];
  // The kernel adds up the stops of every CPU that the group ran on. None is longer than what is left of the period when
  // two CPUs at a time have used the quota up.
  const longest = periodMillis * (1 - Math.min(0.9, quotaCores / 2));
  const stoppedMillis = Math.min(sum('throttledMillis'), throttledPeriods * longest);
  return {
    quotaCores,
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
    ...delaysOf(spans),
  };
}

/** From one look at the counters to the next. */
interface Span {
  millis: number;
  periods: number;
  throttledPeriods: number;
  throttledMillis: number;
  /** CPU that culprit took: in the group, and in the target by its reads. */
  ownMillis: number;
  /** CPU that all of the group took, culprit included; 0 where it is not counted. */
  usedMillis: number;
  /** How late the event loop was at most. */
  delayMillis?: number;
}

function spansOf(read: readonly PassiveSample[], runtime: readonly RuntimeSample[]): Span[] {
  const main = runtime.filter(({ thread }) => thread === 0);
  return read.slice(1).map((sample, i) => {
    const before = read[i]!;
    const within = main.filter(
      ({ atMillis }) => atMillis > before.atMillis && atMillis <= sample.atMillis + LATE_READ_MILLIS,
    );
    const rise = (
      name: 'periods' | 'throttledPeriods' | 'throttledMicros' | 'ownCpuMicros' | 'cpuUsageMicros',
    ) => Math.max(0, (sample.cgroup![name] ?? 0) - (before.cgroup![name] ?? 0));
    const millis = sample.atMillis - before.atMillis;
    const stoppedMillis = Math.min(millis, rise('throttledMicros') / 1_000);
    const pauses = main
      .filter(({ atMillis }) => atMillis > before.atMillis && atMillis <= sample.atMillis)
      .reduce((sum, { ownPauseMillis = 0 }) => sum + ownPauseMillis, 0);
    const delays = within.flatMap(({ eventLoopDelayMillis }) => eventLoopDelayMillis?.max ?? []);
    return {
      millis,
      periods: rise('periods'),
      throttledPeriods: rise('throttledPeriods'),
      throttledMillis: rise('throttledMicros') / 1_000,
      usedMillis: rise('cpuUsageMicros') / 1_000,
      // A pause is as long as the clock says; in a part of it nothing ran.
      ownMillis:
        rise('ownCpuMicros') / 1_000 +
        millis * IN_TARGET_CORES +
        pauses * (1 - stoppedMillis / Math.max(1, millis)),
      delayMillis: delays.length === 0 ? undefined : Math.max(...delays),
    };
  });
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

/** Of each span: was the group stopped in it, and how late was the loop? */
function delaysOf(spans: readonly Span[]): Pick<Throttling, 'delayMillis' | 'calmDelayMillis'> {
  const of = (wasStopped: boolean) =>
    spans
      .filter(({ throttledPeriods }) => throttledPeriods > 0 === wasStopped)
      .flatMap(({ delayMillis }) => delayMillis ?? []);
  const calm = of(false);
  return {
    delayMillis: median(of(true)),
    calmDelayMillis: calm.length < LEAST_CALM ? undefined : median(calm),
  };
}

/** Fewer seconds without a stop are no comparison. */
const LEAST_CALM = 3;
/** The probe answers a little after the counters were read. */
const LATE_READ_MILLIS = 200;
