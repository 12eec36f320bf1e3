// Habits of programs in containers: what their cgroup counts each second, added to the observations of a healthy server.
import type { Observations } from '../../src/model/observations.ts';
import type { CgroupSample } from '../../src/model/samples.ts';
import { type Habit, MB } from './build-observations.ts';
import type { Shape } from './shapes.ts';

type Counted = { [K in keyof CgroupSample]?: CgroupSample[K] | Shape };

/** Puts the server into a container; numbers may change with the seconds. Limits are told as a recording tells them. */
export function container(counted: Counted): Habit {
  return (observations: Observations) => {
    observations.passive = observations.passive.map((sample) => {
      const t = sample.atMillis / 1_000;
      const values = Object.entries(counted).map(([name, value]) => [
        name,
        typeof value === 'function' ? value(t) : value,
      ]);
      return { ...sample, cgroup: { ...sample.cgroup, version: 2, ...Object.fromEntries(values) } };
    });
    const { memoryLimitBytes, cpuQuotaCores, pidsLimit } = observations.passive.at(-1)!.cgroup!;
    observations.limits.memoryLimitBytes = memoryLimitBytes;
    observations.target.container = {
      memoryLimitBytes: memoryLimitBytes ?? null,
      cpuQuotaCores: cpuQuotaCores ?? null,
      pidsLimit: pidsLimit ?? null,
    };
  };
}

/** Ten periods a second, of which `stopped` are cut short, for `stopMillis` each. */
export function quota(quotaCores: number, stopped: number, stopMillis: number, usedCores: number): Habit {
  return container({
    cpuQuotaCores: quotaCores,
    cpuPeriodMicros: 100_000,
    periods: (t) => Math.round(t * 10),
    throttledPeriods: (t) => Math.round(t * stopped),
    throttledMicros: (t) => Math.round(t * stopped) * stopMillis * 1_000,
    cpuUsageMicros: (t) => Math.round(t * usedCores * 1e6),
  });
}

/** CPU time of the process by its threads, in cores. */
export function threadCpu(main: number, helpers: number, pool = 0, other = 0): Habit {
  return (observations) => {
    for (const sample of observations.passive) {
      const micros = (cores: number) => Math.round(cores * sample.atMillis * 1_000);
      sample.threadCpu = {
        mainMicros: micros(main),
        helperMicros: micros(helpers),
        poolMicros: micros(pool),
        otherMicros: micros(other),
      };
      sample.cpuMicros = micros(main + helpers + pool + other);
    }
  };
}

/**
 * Seconds of each second that the main thread ran, and that it waited for a CPU; and that other threads of the process ran.
 */
export function cpuWaits(ran: Shape | number, waited: Shape | number, othersRan = 0.02): Habit {
  const at = (value: Shape | number, t: number) => (typeof value === 'function' ? value(t) : value * t);
  return (observations) => {
    observations.scheduling = observations.passive.map(({ atMillis }) => {
      const turns = (ranSeconds: number, waitedSeconds: number) => ({
        runMicros: Math.round(ranSeconds * 1e6),
        waitedMicros: Math.round(waitedSeconds * 1e6),
        slices: 1 + atMillis,
      });
      const t = atMillis / 1_000;
      return {
        atMillis,
        main: turns(at(ran, t), at(waited, t)),
        others: turns(othersRan * t, 0),
        machineStallMicros: atMillis * 990,
      };
    });
  };
}

/** The event loop's delay of each second. */
export function loopDelay(maxMillis: number): Habit {
  return (observations) => {
    for (const sample of observations.runtime)
      if (sample.eventLoopDelayMillis)
        sample.eventLoopDelayMillis = { mean: maxMillis / 10, p50: 1, p99: maxMillis, max: maxMillis };
  };
}

/** A container of `limitMegabytes` that holds so much beside V8's heap, which has taken 70 MB; page cache on top. */
export function memory(limitMegabytes: number, besideMegabytes: number | Shape, cacheMegabytes = 0): Habit {
  const beside = typeof besideMegabytes === 'function' ? besideMegabytes : () => besideMegabytes;
  const anon = (t: number) => (70 + beside(t)) * MB;
  return container({
    memoryLimitBytes: limitMegabytes * MB,
    memoryUsageBytes: (t) => Math.min(limitMegabytes * MB, anon(t) + cacheMegabytes * MB),
    memoryAnonBytes: anon,
    memoryFileBytes: cacheMegabytes * MB,
    memoryInactiveFileBytes: (cacheMegabytes * MB) / 2,
    memorySocketBytes: 0,
    memoryKernelBytes: 0,
    oomKills: 0,
  });
}

export function heapLimit(megabytes: number): Habit {
  return (observations) => {
    observations.limits.heapLimitBytes = megabytes * MB;
  };
}

/** Bounded by memory.high, at which its tasks are held for so much of the time; the main thread then sleeps in the kernel. */
export function memoryHigh(highMegabytes: number, usedMegabytes: number, stallShare: number): Habit {
  const micros = (t: number) => Math.round(t * stallShare * 1e6);
  return (observations) => {
    container({
      memoryHighBytes: highMegabytes * MB,
      memoryUsageBytes: usedMegabytes * MB,
      memoryStallMicros: micros,
      memoryFullStallMicros: (t) => micros(t) * 0.9,
      memoryHighEvents: (t) => Math.round(t * stallShare * 40),
    })(observations);
    observations.scheduling = observations.scheduling.map((sample, i) => ({
      ...sample,
      mainState: i % 10 < stallShare * 10 ? 'D' : 'S',
    }));
  };
}
