// What V8 knows of outside its heap (buffers, the memory of WebAssembly code), in each thread: process.memoryUsage() of one says
// nothing of the others.
import type { RuntimeSample } from '../../model/samples.ts';
import { judgeTrend, type Point, type Trend } from '../statistics/trend.ts';

export interface OutsideHeap {
  thread: number;
  external: Trend;
  arrayBuffers: Trend;
}

/** Before and after a sample. */
const NEIGHBOURS = 3;
/** Where nothing rises the capture reads no more often. */
const FEW_READS = 3;
const TREND = { leastRise: 512 * 1024, flatFrom: FEW_READS };

/** The main thread, or the worker thread where it grows more. */
export function mostOutside(runtime: readonly RuntimeSample[]): OutsideHeap {
  const threads = new Set([0, ...runtime.map(({ thread }) => thread)]);
  const all = [...threads].map((thread): OutsideHeap => {
    const own = runtime.filter((sample) => sample.thread === thread);
    return {
      thread,
      external: judgeTrend(externalAfterGc(own), TREND),
      arrayBuffers: judgeTrend(buffersAfterGc(own), TREND),
    };
  });
  const pace = ({ external }: OutsideHeap) => (external.verdict === 'growing' ? external.slopePerSecond : 0);
  return all.reduce((most, other) => (pace(other) > pace(most) ? other : most));
}

/**
 * V8 counts array buffers that a collection freed as external memory until it collects again; Node counts them down when they are
 * swept (Node 16 to 26: findings/external-counts-dead-buffers.sh). What is beside array buffers changes little from one sample to the
 * next, so that the lowest around is taken.
 */
function externalAfterGc(own: readonly RuntimeSample[]): Point[] {
  const besideOf = (sample: RuntimeSample) =>
    (sample.externalBytes ?? Number.POSITIVE_INFINITY) - (sample.arrayBuffersBytes ?? 0);
  return own.flatMap((sample, i): Point[] => {
    const { atMillis, afterGc, externalBytes, arrayBuffersBytes } = sample;
    if (!afterGc || externalBytes === undefined) return [];
    if (arrayBuffersBytes === undefined || arrayBuffersBytes > externalBytes)
      return [{ atMillis, value: externalBytes }];
    const beside = Math.min(...own.slice(Math.max(0, i - NEIGHBOURS), i + NEIGHBOURS + 1).map(besideOf));
    // In the turn of the collection they may not be swept yet.
    const swept = own[i + 1]?.arrayBuffersBytes ?? arrayBuffersBytes;
    return [{ atMillis, value: Math.min(arrayBuffersBytes, swept) + Math.max(0, beside) }];
  });
}

function buffersAfterGc(own: readonly RuntimeSample[]): Point[] {
  return own.flatMap(({ atMillis, afterGc, arrayBuffersBytes }): Point[] =>
    !afterGc || arrayBuffersBytes === undefined ? [] : [{ atMillis, value: arrayBuffersBytes }],
  );
}

export const knownOf = ({ heapTotalBytes, externalBytes }: RuntimeSample): number | undefined =>
  heapTotalBytes === undefined || externalBytes === undefined ? undefined : heapTotalBytes + externalBytes;

/** Threads are read one after the other; one that is no longer read has ended. */
const READ_WITHIN_MILLIS = 500;
const ENDED_AFTER_MILLIS = 5_000;

/** The heaps of worker threads and what V8 knows of outside them, as last read by then. */
export function knownOfWorkers(runtime: readonly RuntimeSample[]): (atMillis: number) => number {
  const byThread = new Map<number, RuntimeSample[]>();
  for (const sample of runtime) {
    if (sample.thread === 0 || knownOf(sample) === undefined) continue;
    byThread.set(sample.thread, [...(byThread.get(sample.thread) ?? []), sample]);
  }
  return (atMillis) => {
    let bytes = 0;
    for (const samples of byThread.values()) {
      const last = samples.findLast((sample) => sample.atMillis <= atMillis + READ_WITHIN_MILLIS);
      if (last && atMillis - samples.at(-1)!.atMillis <= ENDED_AFTER_MILLIS) bytes += knownOf(last)!;
    }
    return bytes;
  };
}
