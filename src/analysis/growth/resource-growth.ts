// Growth of what the system counts: descriptors, sockets, child processes, threads, timers, memory outside the heap; and the
// creation site of what remains.
import type { AsyncObservation, AsyncSite } from '../../model/async-resource.ts';
import type { PassiveSample, RuntimeSample } from '../../model/samples.ts';
import { unreclaimableBytes } from '../container/container-memory.ts';
import { type Blame, blame } from '../cpu/blame/blame.ts';
import { floorOf } from '../statistics/floor.ts';
import { judgeTrend, type Point, type Trend } from '../statistics/trend.ts';
import { knownOf, knownOfWorkers, mostOutside } from './outside-heap.ts';

/** One counted thing over time: "127.0.0.1:5432 CLOSE_WAIT", "/tmp/uploads-#". */
export interface CountGrowth<T> {
  subject: T;
  trend: Trend;
  points: Point[];
}

/** Series of the counts that `list` yields for each sample; what is absent in a sample counts 0 there. */
export function countTrends<T>(
  samples: readonly PassiveSample[],
  list: (sample: PassiveSample) => { key: string; subject: T; count: number }[] | undefined,
): CountGrowth<T>[] {
  const usable = samples.flatMap((sample) => {
    const items = list(sample);
    return items ? [{ atMillis: sample.atMillis, items }] : [];
  });
  const series = new Map<string, { subject: T; values: number[] }>();
  for (const [at, { items }] of usable.entries()) {
    for (const { key, subject, count } of items) {
      const entry = series.get(key) ?? { subject, values: new Array<number>(usable.length).fill(0) };
      entry.values[at]! += count;
      series.set(key, entry);
    }
  }
  return [...series.values()].map(({ subject, values }) => {
    const points = values.map((value, i): Point => ({ atMillis: usable[i]!.atMillis, value }));
    return { subject, trend: judgeTrend(points, COUNT_TREND), points };
  });
}

/** Counts move in whole steps: fewer than three more is nothing. */
const COUNT_TREND = { leastPoints: 8, leastRise: 2 };

/** One number over time, where it is known. */
export function valueTrend<S extends { atMillis: number }>(
  samples: readonly S[],
  value: (sample: S) => number | undefined,
  leastRise: number,
): Trend {
  const points = samples.flatMap((sample): Point[] => {
    const known = value(sample);
    return known === undefined ? [] : [{ atMillis: sample.atMillis, value: known }];
  });
  return judgeTrend(points, { leastPoints: LEAST_READS, leastRise });
}

/** A number of whole things over time. */
export function countTrend<S extends { atMillis: number }>(
  samples: readonly S[],
  value: (sample: S) => number | undefined,
): Trend {
  return valueTrend(samples, value, COUNT_TREND.leastRise);
}

/** A creation site whose resources stay. */
export interface SurvivingSite {
  site: AsyncSite;
  blame: Blame;
  /** Still there, scaled from the watched ones to all that were made. */
  alive: number;
  madePerSecond: number;
  /** Of those older than 5 s, the share that is still there, 0..1; null when none is that old. */
  survival: number | null;
  trend: Trend;
}

/** Sites of the given types, most survivors first; without `all`, those that have some. */
export function survivingSites(
  observations: readonly AsyncObservation[],
  types: readonly string[],
  which: 'surviving' | 'all' = 'surviving',
): SurvivingSite[] {
  return observations
    .flatMap((observation) =>
      observation.sites
        .filter((site) => types.includes(site.type))
        .map((site) => describeSite(site, observation.coverage)),
    )
    .filter(({ alive }) => which === 'all' || alive > 0)
    .sort((a, b) => b.alive - a.alive);
}

function describeSite(site: AsyncSite, coverage: number): SurvivingSite {
  // Hooks were on for a part of the time only: what was made in the rest is scaled in.
  const scale = 1 / Math.max(0.01, coverage);
  const points = site.reads.map(
    (read): Point => ({
      atMillis: read.atMillis,
      value: read.watched === 0 ? 0 : (read.made * scale * read.alive) / read.watched,
    }),
  );
  const last = site.reads.at(-1)!;
  const seconds = Math.max(1, last.atMillis / 1_000);
  return {
    site,
    blame: blame(site.frames, 'of calls'),
    alive: points.at(-1)!.value,
    madePerSecond: (last.made * scale) / seconds,
    survival: last.oldWatched === 0 ? null : last.oldAlive / last.oldWatched,
    trend: judgeTrend(points, {
      leastPoints: 5,
      leastRise: 2,
      ...(isKeptWhole(last) && { alpha: KEPT_WHOLE.alpha }),
    }),
  };
}

/** Where each one that was watched stays, their number grows as they are made: that five counts rise is enough. */
const KEPT_WHOLE = { leastWatched: 16, leastShare: 0.95, alpha: 0.05 };

function isKeptWhole({ oldWatched, oldAlive }: AsyncSite['reads'][number]): boolean {
  return oldWatched >= KEPT_WHOLE.leastWatched && oldAlive >= KEPT_WHOLE.leastShare * oldWatched;
}

export interface MemoryParts {
  rss: Trend;
  /** The same without what worker threads took that were started during the capture. */
  rssBesideWorkers: Trend;
  heapTotal: Trend;
  /** Of the main thread, or of the worker thread where it grows more. */
  external: Trend;
  externalThread: number;
  /** What array buffers are of it; the memory of WebAssembly code is none. */
  arrayBuffers: Trend;
  /** Bytes of array buffers that V8 does not count as external: no object of JavaScript has them (any more). */
  unowned: Trend;
  /** What RSS holds beyond the V8 heap and what V8 knows of outside it: malloc, thread stacks, native libraries. */
  native: Trend;
  /** Resident pages of files: code, and what native code has mapped. */
  files: Trend;
  /** What counts against the container's limit and cannot be given back: see container-memory.ts. */
  container: Trend;
}

const LEAST_MEMORY_RISE = 2 * 2 ** 20;
const LEAST_READS = 8;
/** malloc fills what it has free before it asks for more. */
const IN_STEPS = { leastPoints: LEAST_READS, inSteps: true };
/** Where nothing rises the capture reads no more often. */
const FEW_READS = 3;

/** RSS taken apart. Smoothed by the smallest of three neighbours: what is freed again was never kept. */
export function takeMemoryApart(
  runtime: readonly RuntimeSample[],
  passive: readonly PassiveSample[],
): MemoryParts {
  const main = runtime.filter((sample) => sample.thread === 0);
  const anonAt = nearestAnon(passive);
  const workersAt = knownOfWorkers(runtime);
  const native = (sample: RuntimeSample) => {
    const anon = anonAt(sample.atMillis);
    const known = knownOf(sample);
    return anon === undefined || known === undefined
      ? undefined
      : Math.max(0, anon - known - workersAt(sample.atMillis));
  };
  const collected = main.filter((sample) => sample.afterGc);
  const outside = mostOutside(runtime);
  return {
    rss: residentTrend(main, passive),
    rssBesideWorkers: residentTrend(main, passive, startedWorkers(runtime)),
    heapTotal: valueTrend(
      floorsOf(main, (s) => s.heapTotalBytes),
      (s) => s.value,
      LEAST_MEMORY_RISE,
    ),
    external: outside.external,
    externalThread: outside.thread,
    arrayBuffers: outside.arrayBuffers,
    unowned: judgeTrend(
      collected.flatMap(({ atMillis, arrayBuffersBytes, externalBytes }): Point[] =>
        arrayBuffersBytes === undefined || externalBytes === undefined
          ? []
          : [{ atMillis, value: Math.max(0, arrayBuffersBytes - externalBytes) }],
      ),
      { leastRise: 512 * 1024, flatFrom: FEW_READS },
    ),
    files: valueTrend(
      floorsOf(passive, (s) => s.rssFileBytes),
      (s) => s.value,
      LEAST_MEMORY_RISE,
    ),
    native: judgeTrend(settledNative(main, native), { ...IN_STEPS, leastRise: LEAST_MEMORY_RISE * 2 }),
    container: valueTrend(
      floorsOf(passive, (s) => (s.cgroup && unreclaimableBytes(s.cgroup)) ?? s.rssBytes),
      (s) => s.value,
      LEAST_MEMORY_RISE,
    ),
  };
}

/** The system's own reading, which also has the two ends of the look. `workersAt`: those not to be counted. */
function residentTrend(
  main: readonly RuntimeSample[],
  passive: readonly PassiveSample[],
  workersAt: (atMillis: number) => number = () => 0,
): Trend {
  const resident = ({ atMillis, rssBytes }: PassiveSample | RuntimeSample) =>
    rssBytes === undefined ? undefined : rssBytes - workersAt(atMillis) * WORKER_BYTES;
  const outside = floorsOf(passive, resident);
  const points = outside.length >= LEAST_READS ? outside : floorsOf(main, resident);
  return judgeTrend(points, { ...IN_STEPS, leastRise: LEAST_MEMORY_RISE });
}

/** A worker thread that has loaded next to nothing takes 8 to 13 MB (Node 16 to 26). */
const WORKER_BYTES = 12 * 2 ** 20;
/** Those that were there before are opened within so long. */
const OPENED_MILLIS = 3_000;

/** How many worker threads had been started by then since the capture began. */
function startedWorkers(runtime: readonly RuntimeSample[]): (atMillis: number) => number {
  const seen = new Map<number, number>();
  for (const { thread, atMillis } of runtime) if (!seen.has(thread)) seen.set(thread, atMillis);
  const starts = [...seen].filter(([thread, at]) => thread !== 0 && at > OPENED_MILLIS);
  return (atMillis) => starts.filter(([, at]) => at <= atMillis + MEASURED_WITHIN_MILLIS).length;
}

/** A new thread is sampled about so long after it took its memory. */
const MEASURED_WITHIN_MILLIS = 2_000;

/** Parts of the look, of each of which one reading is taken. */
const NATIVE_PARTS = 12;

/**
 * Native memory at the moments when least was alive outside of the heap: V8 counts a buffer until it is collected, while
 * malloc may have given its memory to the next one.
 */
function settledNative(
  main: readonly RuntimeSample[],
  native: (sample: RuntimeSample) => number | undefined,
): Point[] {
  const points = main.flatMap((sample) => {
    const value = native(sample);
    return value === undefined ? [] : [{ atMillis: sample.atMillis, value, outside: sample.externalBytes! }];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < NATIVE_PARTS * 2) return floorOf(points);
  const length = (last.atMillis - first.atMillis + 1) / NATIVE_PARTS;
  const least = new Map<number, (typeof points)[number]>();
  for (const point of points) {
    const part = Math.floor((point.atMillis - first.atMillis) / length);
    const known = least.get(part);
    if (!known || point.outside < known.outside) least.set(part, point);
  }
  return [...least.values()].map(({ atMillis, value }) => ({ atMillis, value }));
}

function nearestAnon(passive: readonly PassiveSample[]): (atMillis: number) => number | undefined {
  return (atMillis) => {
    let best: PassiveSample | undefined;
    for (const sample of passive) {
      if (sample.rssAnonBytes === undefined) continue;
      if (!best || Math.abs(sample.atMillis - atMillis) < Math.abs(best.atMillis - atMillis)) best = sample;
    }
    return best && Math.abs(best.atMillis - atMillis) < 1_500 ? best.rssAnonBytes : undefined;
  };
}

function floorsOf<S extends { atMillis: number }>(
  samples: readonly S[],
  value: (sample: S) => number | undefined,
): Point[] {
  const points = samples.flatMap((sample): Point[] => {
    const known = value(sample);
    return known === undefined ? [] : [{ atMillis: sample.atMillis, value: known }];
  });
  return floorOf(points);
}
