// Waits until a process has finished its start-up: seen from outside, before anything is attached to it.
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULTS } from '../defaults.ts';
import { processTable } from '../target/table/system-table.ts';

/** One count from outside. */
export interface SteadySample {
  /** Since the wait began. */
  atMillis: number;
  /** User and system time since the process began. */
  cpuMicros: number;
  residentBytes: number;
}

const WINDOW_MILLIS = 15_000;
const POLL_MILLIS = 1_000;
/** Between two windows: less is level. A leak never is, and then age decides. */
const LEVEL = { memoryShare: 0.02, cpuShare: 0.25, cpuCores: 0.05 };

/** Whether memory and CPU time have been level over two windows of 15 s. `samples` in order of time. */
export function isSteady(samples: readonly SteadySample[]): boolean {
  const end = samples.at(-1)?.atMillis ?? 0;
  const at = (millis: number) => samples.findLast((sample) => sample.atMillis <= millis);
  const [first, middle, last] = [at(end - 2 * WINDOW_MILLIS), at(end - WINDOW_MILLIS), samples.at(-1)];
  if (!first || !middle || !last) return false;
  const bytes = samples
    .filter(({ atMillis }) => atMillis >= first.atMillis)
    .map(({ residentBytes }) => residentBytes);
  const isMemoryLevel = Math.max(...bytes) - Math.min(...bytes) <= LEVEL.memoryShare * Math.max(...bytes);
  const cores = (from: SteadySample, to: SteadySample) =>
    (to.cpuMicros - from.cpuMicros) / Math.max(1, (to.atMillis - from.atMillis) * 1_000);
  const [before, after] = [cores(first, middle), cores(middle, last)];
  const isCpuLevel =
    Math.abs(after - before) <= Math.max(LEVEL.cpuCores, LEVEL.cpuShare * Math.max(before, after));
  return isMemoryLevel && isCpuLevel;
}

/**
 * Resolves when the process has run for two minutes, or earlier when its memory and CPU time are level; also when it ends or
 * `signal` fires. `onWait` hears how long it may still take.
 */
export async function waitForSteadyState(
  pid: number,
  signal: AbortSignal,
  onWait: (mostMillis: number) => void,
): Promise<void> {
  const from = performance.now();
  const samples: SteadySample[] = [];
  while (!signal.aborted) {
    const table = processTable();
    const stat = table.stat(pid);
    const status = table.status(pid);
    const age = stat && table.ageSeconds(stat.startTicks);
    if (!stat || age === undefined) return;
    const leftMillis = DEFAULTS.settle.ageMillis - age * 1_000;
    samples.push({
      atMillis: performance.now() - from,
      cpuMicros: stat.cpuMicros,
      residentBytes: status?.rssAnonBytes ?? status?.rssBytes ?? 0,
    });
    if (leftMillis <= 0 || isSteady(samples)) return;
    onWait(leftMillis);
    await delay(POLL_MILLIS, undefined, { signal }).catch(() => {});
  }
}
