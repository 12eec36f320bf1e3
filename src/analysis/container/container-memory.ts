// What the memory of a container is made of, and which part of it the kernel can take back before it has to end somebody.
//
//   usage = anon (heaps, buffers, stacks) + page cache (files, mapped ones among them; tmpfs) + sockets + kernel
//   working set = usage - page cache not used lately: what a kubelet shows, and evicts by
//   unreclaimable = anon + tmpfs + sockets + kernel without its reclaimable caches: what counts against the limit
//
// Page cache alone may fill a container to its limit and does no harm: it is given back when somebody needs the memory.
// https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
import type { CgroupSample, PassiveSample, RuntimeSample } from '../../model/samples.ts';

/** Undefined where the kernel does not say what is anonymous. What culprit itself uses is taken off. */
export function unreclaimableBytes(cgroup: CgroupSample): number | undefined {
  const { memoryAnonBytes, memorySharedBytes, memorySocketBytes, memoryKernelBytes } = cgroup;
  if (memoryAnonBytes === undefined) return undefined;
  const kernel = Math.max(0, (memoryKernelBytes ?? 0) - (cgroup.memorySlabReclaimableBytes ?? 0));
  const sum = memoryAnonBytes + (memorySharedBytes ?? 0) + (memorySocketBytes ?? 0) + kernel;
  return Math.max(0, sum - (cgroup.ownAnonBytes ?? 0));
}

export function workingSetBytes({
  memoryUsageBytes,
  memoryInactiveFileBytes,
}: CgroupSample): number | undefined {
  return memoryUsageBytes === undefined || memoryInactiveFileBytes === undefined
    ? undefined
    : Math.max(0, memoryUsageBytes - memoryInactiveFileBytes);
}

/** What a heap has to share its container with. */
export interface HeapRoom {
  /** Unreclaimable memory that is not the main thread's V8 heap: the most over the look. */
  besideHeapBytes: number;
  /** Of the heap: what V8 has taken from the system. */
  heapTotalBytes: number;
}

/** Null where either side was not measured. */
export function measureHeapRoom(
  passive: readonly PassiveSample[],
  runtime: readonly RuntimeSample[],
): HeapRoom | null {
  const main = runtime.filter(({ thread, heapTotalBytes }) => thread === 0 && heapTotalBytes !== undefined);
  let besideHeapBytes = 0;
  let heapTotalBytes = 0;
  for (const { atMillis, cgroup } of passive) {
    const held = cgroup && unreclaimableBytes(cgroup);
    const heap = nearest(main, atMillis)?.heapTotalBytes;
    if (held === undefined || heap === undefined) continue;
    besideHeapBytes = Math.max(besideHeapBytes, held - heap);
    heapTotalBytes = heap;
  }
  return heapTotalBytes === 0 ? null : { besideHeapBytes, heapTotalBytes };
}

/** Counted a second apart at most. */
const NEAR_MILLIS = 1_500;

export function nearest<S extends { atMillis: number }>(
  samples: readonly S[],
  atMillis: number,
): S | undefined {
  let best: S | undefined;
  for (const sample of samples)
    if (!best || Math.abs(sample.atMillis - atMillis) < Math.abs(best.atMillis - atMillis)) best = sample;
  return best && Math.abs(best.atMillis - atMillis) <= NEAR_MILLIS ? best : undefined;
}

export interface OomKills {
  before: number;
  during: number;
}

/** Processes of the group that the kernel ended for want of memory; null where it does not count them. */
export function countOomKills(passive: readonly PassiveSample[]): OomKills | null {
  const counts = passive.flatMap(({ cgroup }) => cgroup?.oomKills ?? []);
  const [first, last] = [counts[0], counts.at(-1)];
  return first === undefined || last === undefined
    ? null
    : { before: first, during: Math.max(0, last - first) };
}

/** Share of the time in which all tasks of the group waited for memory, 0..1; null where the kernel does not say. */
export function memoryStallShare(passive: readonly PassiveSample[]): number | null {
  const known = passive.filter(({ cgroup }) => cgroup?.memoryFullStallMicros !== undefined);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || last.atMillis <= first.atMillis) return null;
  const micros = last.cgroup!.memoryFullStallMicros! - first.cgroup!.memoryFullStallMicros!;
  return Math.max(0, Math.min(1, micros / 1_000 / (last.atMillis - first.atMillis)));
}
