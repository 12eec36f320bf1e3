// How the heap of one thread grows: the floor after each full GC, and the allocation stacks whose live bytes grow.

import type { Frame } from '../../model/frame.ts';
import { withoutPeaks } from '../../model/memory/floors.ts';
import type { HeapSamplingRead } from '../../model/memory/heap-sampling.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { type Blame, blame, functionKey } from '../cpu/blame/blame.ts';
import { judgeTrend, type Point, type Trend } from '../statistics/trend.ts';

export interface AllocationSite {
  blame: Blame;
  frames: Frame[];
  trend: Trend;
  /** Bytes that this site's live memory grew by, first read to last. */
  grownBytes: number;
  /** Of all sites' growth, 0..1. */
  share: number;
}

export interface HeapGrowth {
  thread: number;
  /** Bytes in use after each full GC. */
  floor: Trend;
  /** Of the floor's rise, what had come by the time that two fifths of the capture were over: of a steady one about as much. */
  earlyShare: number;
  /** What survives minor collections: all there is to see where no full GC was forced. */
  oldGeneration: Trend;
  sites: AllocationSite[];
}

/** Rises below this over the whole look are the noise of any program: caches of the VM, compiled code. */
const LEAST_RISE_BYTES = 320 * 1024;
/** A heap that does not rise is read no more often: each read is a pause. */
const FEW_READS = 3;

/** The floor without the first read: it still holds what loading and compiling left behind. */
export function analyseHeapGrowth(
  thread: number,
  runtime: readonly RuntimeSample[],
  reads: readonly HeapSamplingRead[],
): HeapGrowth {
  const floors = runtime
    .filter((sample) => sample.thread === thread && sample.afterGc && sample.heapUsedBytes !== undefined)
    .map(
      (sample): Point => ({
        atMillis: sample.atMillis,
        value: sample.heapUsedBytes! - (sample.ownHeapBytes ?? 0),
      }),
    );
  const lasting = withoutPeaks(floors, ({ value }) => value);
  const settled = lasting.length > 6 ? lasting.slice(1) : lasting;
  const floor = judgeTrend(settled, { leastRise: LEAST_RISE_BYTES, flatFrom: FEW_READS });
  const old = runtime.flatMap((sample): Point[] =>
    sample.thread === thread && sample.oldGenerationBytes !== undefined
      ? [{ atMillis: sample.atMillis, value: sample.oldGenerationBytes }]
      : [],
  );
  const oldGeneration = judgeTrend(old, { leastPoints: 8, leastRise: LEAST_RISE_BYTES });
  return {
    thread,
    floor,
    earlyShare: earlyShareOf(settled),
    oldGeneration,
    sites: growingSites(sinceRestart(reads.filter((read) => read.thread === thread))),
  };
}

/** By the highest floor until then; 0 where it does not rise. */
function earlyShareOf(floors: readonly Point[]): number {
  const [first, last] = [floors[0], floors.at(-1)];
  if (!first || !last || last.value <= first.value) return 0;
  const until = first.atMillis + (last.atMillis - first.atMillis) * EARLY;
  const highest = Math.max(...floors.flatMap(({ atMillis, value }) => (atMillis <= until ? [value] : [])));
  return (highest - first.value) / (last.value - first.value);
}

const EARLY = 0.4;

/** The capture begins heap sampling again when a load comes that it was too fine for; what came before is not comparable. */
function sinceRestart(reads: readonly HeapSamplingRead[]): readonly HeapSamplingRead[] {
  const totals = reads.map(({ stacks }) => stacks.reduce((sum, { liveBytes }) => sum + liveBytes, 0));
  const restart = totals.findLastIndex((total, i) => i > 0 && total < totals[i - 1]! * RESTARTED);
  return restart > 0 ? reads.slice(restart) : reads;
}

/** No program lets go of so much between two reads and keeps its floor. */
const RESTARTED = 0.2;

function growingSites(reads: readonly HeapSamplingRead[]): AllocationSite[] {
  const sites = new Map<string, { stacks: SiteStack[]; series: number[] }>();
  for (const [at, read] of reads.entries()) {
    for (const { frames, liveBytes } of read.stacks) {
      const key = siteKey(blame(frames));
      const site = sites.get(key) ?? { stacks: [], series: new Array<number>(reads.length).fill(0) };
      sites.set(key, site);
      site.series[at]! += liveBytes;
      site.stacks.push({ frames, bytes: liveBytes });
    }
  }
  const grown = [...sites.values()].map(({ stacks, series }) => {
    const frames = mostTelling(stacks);
    const points = series.map((value, i): Point => ({ atMillis: reads[i]!.atMillis, value }));
    return {
      blame: blame(frames),
      frames,
      trend: judgeTrend(points),
      grownBytes: series.at(-1)! - series[0]!,
      share: 0,
    };
  });
  const all = grown.reduce((sum, site) => sum + Math.max(0, site.grownBytes), 0);
  return grown
    .filter((site) => site.grownBytes > 0)
    .map((site) => ({ ...site, share: site.grownBytes / all }))
    .sort((a, b) => b.grownBytes - a.grownBytes);
}

interface SiteStack {
  frames: Frame[];
  bytes: number;
}

/** One place of the application; where it is not on the stack, all that one package allocates. */
function siteKey({ app, inner }: Blame): string {
  if (app) return functionKey(app);
  return inner ? `package ${inner.package}` : 'no user code';
}

/**
 * The stack with most bytes; where V8 has inlined functions of it, the same way as another stack shows it in full. Needs one
 * stack.
 */
function mostTelling(stacks: readonly SiteStack[]): Frame[] {
  const largest = stacks.reduce((a, b) => (b.bytes > a.bytes ? b : a)).frames;
  const way = waysOf(largest);
  return stacks.reduce<{ frames: Frame[]; way: string[] }>(
    (best, { frames }) => {
      const other = waysOf(frames);
      return other.length > best.way.length && isWithin(way, other) ? { frames, way: other } : best;
    },
    { frames: largest, way },
  ).frames;
}

/** Below the application's frame: whose functions call each other, the outermost first. */
function waysOf(frames: readonly Frame[]): string[] {
  const { chain } = blame(frames);
  return chain.map(({ package: name, frame }) => name ?? functionKey(frame));
}

/** In the same order, and to the same end, with others between. */
function isWithin(way: readonly string[], other: readonly string[]): boolean {
  let at = 0;
  for (const name of other) if (name === way[at]) at++;
  return at === way.length && way.at(-1) === other.at(-1);
}
