// How long the main thread was ready to run but had no CPU because other processes had it. The kernel counts this for every
// thread. Its count includes stops by a CPU quota and the time in which threads of the process itself had the CPU: upper
// bounds of both are subtracted here, so that the rest is due to other processes.
import type { CpuTurns, PassiveSample, RuntimeSample, SchedulingSample } from '../../model/samples.ts';
import { median } from '../statistics/median.ts';
import type { CpuSummary } from './cpu.ts';

/** From one look at the counters to the next; milliseconds. */
export interface CpuWaitSpan {
  fromMillis: number;
  toMillis: number;
  /** The main thread had a CPU. */
  ranMillis: number;
  /** It was ready to run, and another process had the CPU. */
  waitedMillis: number;
  /** It ran, or was ready to run, whoever held it up. */
  readyMillis: number;
}

export interface CpuWaits {
  seconds: number;
  ranMillis: number;
  waitedMillis: number;
  /** waited / (ran + waited): of the time in which it wanted a CPU, 0..1. */
  waitedShare: number;
  spans: CpuWaitSpan[];
  /** Share of the time in which some task of the whole machine had no CPU. */
  machineStallShare?: number;
  /** How late the main thread's event loop was: median of each interval's latest. */
  delayMillis?: number;
}

interface Watched {
  scheduling: readonly SchedulingSample[];
  passive: readonly PassiveSample[];
  runtime: readonly RuntimeSample[];
}

/** null where the kernel does not tell, or told only once. */
export function measureCpuWaits({ scheduling, passive, runtime }: Watched): CpuWaits | null {
  const read = scheduling.filter((sample) => sample.main !== undefined);
  const spans = read.slice(1).flatMap((sample, i) => spanOf(read[i]!, sample, passive) ?? []);
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return null;
  const sum = (name: 'ranMillis' | 'waitedMillis') => spans.reduce((total, span) => total + span[name], 0);
  const [ranMillis, waitedMillis] = [sum('ranMillis'), sum('waitedMillis')];
  const main = runtime.filter(({ thread }) => thread === 0);
  return {
    seconds: (last.toMillis - first.fromMillis) / 1_000,
    ranMillis,
    waitedMillis,
    waitedShare: waitedShareOf({ ranMillis, waitedMillis }),
    spans,
    machineStallShare: machineStallShare(read),
    delayMillis: median(main.flatMap(({ eventLoopDelayMillis }) => eventLoopDelayMillis?.max ?? [])),
  };
}

/**
 * Of the time that a profile of the main thread shows in code, what the thread slept: it neither ran nor was ready to run. V8 samples by the
 * clock, and what waits in the kernel (`Atomics.wait()`, a lock, a device) stays on the stack; so does what waits for the threads that
 * collect garbage beside it, which is left out. 0 where the kernel does not tell.
 */
export function asleepMicros(
  { durationMicros, busyMicros, gcMicros }: Pick<CpuSummary, 'durationMicros' | 'busyMicros' | 'gcMicros'>,
  waits: CpuWaits | null,
): number {
  if (waits === null || waits.seconds <= 0) return 0;
  const readyMillis = waits.spans.reduce((sum, span) => sum + span.readyMillis, 0);
  return Math.max(0, busyMicros - gcMicros - (durationMicros * readyMillis) / (waits.seconds * 1_000));
}

export function waitedShareOf({
  ranMillis,
  waitedMillis,
}: Pick<CpuWaitSpan, 'ranMillis' | 'waitedMillis'>): number {
  return ranMillis + waitedMillis > 0 ? waitedMillis / (ranMillis + waitedMillis) : 0;
}

/**
 * How long the main thread can have run between two moments in which it was not asleep: where nothing was counted, all of it. Where
 * it waited for longer than it ran, each stretch has its part of the run, so that stretches add up to no more than that.
 */
export function mostRunMillis(spans: readonly CpuWaitSpan[], fromMillis: number, toMillis: number): number {
  let most = Math.max(0, toMillis - fromMillis);
  for (const span of spans) {
    const { ranMillis, readyMillis } = span;
    const overlap = Math.min(toMillis, span.toMillis) - Math.max(fromMillis, span.fromMillis);
    if (overlap <= 0) continue;
    const part = ranMillis * 2 < readyMillis ? overlap * (ranMillis / readyMillis) : overlap;
    most -= overlap - Math.min(part, ranMillis);
  }
  return most;
}

/** Undefined for two looks at one moment. */
function spanOf(
  before: SchedulingSample,
  after: SchedulingSample,
  passive: readonly PassiveSample[],
): CpuWaitSpan | undefined {
  const [fromMillis, toMillis] = [before.atMillis, after.atMillis];
  if (toMillis <= fromMillis) return undefined;
  const rise = (threads: 'main' | 'others', name: keyof CpuTurns) =>
    Math.max(0, (after[threads]?.[name] ?? 0) - (before[threads]?.[name] ?? 0)) / 1_000;
  const isKnown = before.others !== undefined && after.others !== undefined;
  const byItself = isKnown ? rise('others', 'runMicros') : 0;
  const byQuota = (throttledMicrosAt(toMillis, passive) - throttledMicrosAt(fromMillis, passive)) / 1_000;
  const [ranMillis, allWaitedMillis] = [rise('main', 'runMicros'), rise('main', 'waitedMicros')];
  return {
    fromMillis,
    toMillis,
    ranMillis,
    waitedMillis: Math.max(0, allWaitedMillis - byItself - Math.max(0, byQuota)),
    readyMillis: ranMillis + allWaitedMillis,
  };
}

/** The counters of the cgroup are read right before those of the threads. */
function throttledMicrosAt(atMillis: number, passive: readonly PassiveSample[]): number {
  return passive.findLast((sample) => sample.atMillis <= atMillis)?.cgroup?.throttledMicros ?? 0;
}

function machineStallShare(read: readonly SchedulingSample[]): number | undefined {
  const [first, last] = [read[0]!, read.at(-1)!];
  if (first.machineStallMicros === undefined || last.machineStallMicros === undefined) return undefined;
  const micros = last.machineStallMicros - first.machineStallMicros;
  return Math.min(1, Math.max(0, micros / ((last.atMillis - first.atMillis) * 1_000)));
}
