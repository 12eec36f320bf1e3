// Reads from outside, through /proc, how long the threads of a process ran and how long they waited for a CPU: at no cost to
// the target. https://docs.kernel.org/scheduler/sched-stats.html, https://docs.kernel.org/accounting/psi.html
import { readPressure } from '../../target/proc/pressure.ts';
import { readStat } from '../../target/proc/proc.ts';
import { known, readNames, readText } from '../../target/proc/proc-file.ts';
import type { CpuTurns, SchedulingSample } from './wire.ts';

/** Of more threads than this the sum is not worth the reads each second. */
const MAX_THREADS = 256;

/** What cannot be read (the process ended, or the kernel does not count) is absent; never throws. */
export function readScheduling(pid: number, atMillis: number, root = '/proc'): SchedulingSample {
  const tasks = `${root}/${pid}/task`;
  return {
    atMillis,
    main: readMainTurns(pid, root),
    ...readOthers(tasks, pid),
    mainState: readStat(pid, tasks)?.state,
    machineStallMicros: readPressure(`${root}/pressure/cpu`).some,
  };
}

/** Of the main thread alone: one file. */
export function readMainTurns(pid: number, root = '/proc'): CpuTurns | undefined {
  return readTurns(`${root}/${pid}/task`, pid);
}

/**
 * From now on, how much of the time in which the main thread was ready to run it had a CPU, 0..1; 1 where nobody counts that. Slices of
 * work on a busy machine are mostly time that others ran.
 */
export function ranShareFromNow(pid: number | null, root = '/proc'): () => number {
  const read = () => (pid === null ? undefined : readMainTurns(pid, root));
  const from = read();
  return () => {
    const now = read();
    if (!from || !now) return 1;
    const ran = now.runMicros - from.runMicros;
    const waited = now.waitedMicros - from.waitedMicros;
    return ran + waited > 0 ? ran / (ran + waited) : 1;
  };
}

function readOthers(tasks: string, pid: number): Pick<SchedulingSample, 'others' | 'awake'> {
  const ids = (known(readNames(tasks)) ?? []).map(Number).filter((id) => id !== pid);
  if (ids.length === 0 || ids.length > MAX_THREADS) return {};
  const read = ids.flatMap((id): [number, CpuTurns][] => {
    const turns = readTurns(tasks, id);
    return turns ? [[id, turns]] : [];
  });
  if (read.length === 0) return {};
  const sum = (name: keyof CpuTurns) => read.reduce((total, [, turns]) => total + turns[name], 0);
  return {
    others: { runMicros: sum('runMicros'), waitedMicros: sum('waitedMicros'), slices: sum('slices') },
    awake: read.map(([id, { runMicros, waitedMicros }]) => [id, runMicros + waitedMicros]),
  };
}

/** "361580 818241 2": nanoseconds run, nanoseconds waited, slices. A kernel that does not count says "0 0 0". */
function readTurns(tasks: string, id: number): CpuTurns | undefined {
  const text = known(readText(`${tasks}/${id}/schedstat`));
  const [, run, waited, slices] = /^(\d+) (\d+) (\d+)\s*$/.exec(text ?? '') ?? [];
  if (slices === undefined || Number(slices) === 0) return undefined;
  return {
    runMicros: Math.round(Number(run) / 1_000),
    waitedMicros: Math.round(Number(waited) / 1_000),
    slices: Number(slices),
  };
}
