// Which heap V8 should be given: every command that advises on a heap limit takes its number from here. In a container
// it is worked out from what else the container has to hold; a share of its limit only where that was not measured.
//
//   room = limit - beside - reserve
//     beside    the most that was seen of memory that cannot be given back and is not V8's heap: buffers, code, stacks,
//               native libraries, worker threads, sockets, kernel memory, other processes of the container
//     reserve   5 % of the limit, at least 16 MB: page cache to run from, and peaks of what is beside
//   young = 3 x semi-space: V8 keeps two of them, and while it collects a third
//     the largest of 16, 8, 4, 2, 1 MB of which three take at most a tenth of the room
//   old = room - young: --max-old-space-size
//   where what is beside was not measured: old = 3/4 of the limit
//   a heap that is full gets half as much again, where the memory has that much
import { MIB } from '../../units/bytes.ts';
import { formatBytes } from '../../units/units.ts';

const RESERVE_SHARE = 0.05;
const LEAST_RESERVE_BYTES = 16 * MIB;
const SEMI_SPACES_MB = [16, 8, 4, 2, 1];
const YOUNG_SHARE = 0.1;
/** The old space must leave room for garbage, or V8 collects without end. */
const LEAST_OVER_LIVE = 1.3;

export interface HeapSettings {
  oldSpaceMegabytes: number;
  semiSpaceMegabytes: number;
  /** How it comes about, in words. */
  why: string;
}

/** Of memory whose other contents are not known. */
const UNMEASURED_SHARE = 0.75;
/** A full heap gets so much more; finer steps would promise what nobody measured. */
const LARGER = 1.5;
const LARGER_STEP_MB = 16;
/** A heap that could grow by less than a tenth is no cure. */
const LEAST_GAIN = 1.1;

/** What has to hold the heap. Absent is not known. */
export interface HeapRoom {
  /** Of the container; of the machine where there is none. */
  limitBytes?: number;
  besideHeapBytes?: number;
}

/** The largest --max-old-space-size for memory of which only the size is known, in MB. */
export function unmeasuredOldSpaceMegabytes(limitBytes: number): number {
  return Math.floor((limitBytes * UNMEASURED_SHARE) / MIB);
}

export interface LargerHeap {
  /** Half as much again as now, in MB; may be more than there is room for. */
  wantedMegabytes: number;
  /** The most there is room for, in MB: absent is not known, 0 is none. */
  mostMegabytes?: number;
}

/** For a heap of `heapBytes` that proved too small. Whoever prints a number prints the smaller of the two. */
export function chooseLargerHeap(heapBytes: number, liveHeapBytes: number, room: HeapRoom): LargerHeap {
  const steps = Math.ceil((Math.max(heapBytes, liveHeapBytes) * LARGER) / MIB / LARGER_STEP_MB);
  const wantedMegabytes = steps * LARGER_STEP_MB;
  const { limitBytes, besideHeapBytes } = room;
  if (limitBytes === undefined) return { wantedMegabytes };
  const mostMegabytes =
    besideHeapBytes === undefined
      ? unmeasuredOldSpaceMegabytes(limitBytes)
      : (chooseHeap(limitBytes, besideHeapBytes, liveHeapBytes)?.oldSpaceMegabytes ?? 0);
  return { wantedMegabytes, mostMegabytes };
}

/** What to do about a heap that is close to its limit, in sentences: never a heap that the memory has no room for. */
export function adviseOnFullHeap(heapLimitBytes: number, liveHeapBytes: number, room: HeapRoom): string[] {
  const { limitBytes, besideHeapBytes } = room;
  const { wantedMegabytes, mostMegabytes } = chooseLargerHeap(heapLimitBytes, liveHeapBytes, room);
  const isWorth = mostMegabytes === undefined || mostMegabytes * MIB > heapLimitBytes * LEAST_GAIN;
  if (limitBytes === undefined || mostMegabytes === undefined)
    return [
      `Give it a larger heap if the machine has the memory: --max-old-space-size=${wantedMegabytes} (MB).`,
    ];
  if (besideHeapBytes !== undefined) {
    const fits = chooseHeap(limitBytes, besideHeapBytes, liveHeapBytes);
    if (!fits || !isWorth) return adviseOnHeap(limitBytes, besideHeapBytes, liveHeapBytes);
    return [
      `Give it the heap that its container has room for: --max-old-space-size=${fits.oldSpaceMegabytes} --max-semi-space-size=${fits.semiSpaceMegabytes} (MB): ${fits.why}.`,
    ];
  }
  if (!isWorth)
    return [
      `Raise the memory limit together with the heap limit: of ${formatBytes(limitBytes)} the heap may have at most 75% (--max-old-space-size=${mostMegabytes}), the rest is for buffers, stacks and code.`,
    ];
  return [
    `Give it a larger heap: --max-old-space-size=${Math.min(wantedMegabytes, mostMegabytes)} (MB); the memory limit of ${formatBytes(limitBytes)} has room for ${mostMegabytes}.`,
  ];
}

/** Null when the live heap does not fit beside the rest: then only a larger limit, or less in memory, helps. */
export function chooseHeap(
  limitBytes: number,
  besideHeapBytes: number,
  liveHeapBytes: number,
): HeapSettings | null {
  const reserve = Math.max(LEAST_RESERVE_BYTES, limitBytes * RESERVE_SHARE);
  const room = limitBytes - besideHeapBytes - reserve;
  const semiSpaceMegabytes = SEMI_SPACES_MB.find((semi) => semi * MIB * 3 <= room * YOUNG_SHARE) ?? 1;
  const oldBytes = room - semiSpaceMegabytes * MIB * 3;
  if (oldBytes < Math.max(8 * MIB, liveHeapBytes * LEAST_OVER_LIVE)) return null;
  const step = oldBytes >= 256 * MIB ? 16 : 4;
  return {
    oldSpaceMegabytes: Math.floor(oldBytes / MIB / step) * step,
    semiSpaceMegabytes,
    why: `of ${formatBytes(limitBytes)}, ${formatBytes(besideHeapBytes)} is used outside the heap, ${formatBytes(reserve)} stays free for peaks and page cache, and the young generation takes 3 x ${semiSpaceMegabytes} MB`,
  };
}

/** The least limit in which this live heap has room, in whole steps of 64 MB. */
export function neededLimitBytes(besideHeapBytes: number, liveHeapBytes: number): number {
  const held = besideHeapBytes + liveHeapBytes * 1.5 + SEMI_SPACES_MB[1]! * 3 * MIB;
  const needed = Math.max(held / (1 - RESERVE_SHARE), held + LEAST_RESERVE_BYTES);
  return Math.ceil(needed / (64 * MIB)) * 64 * MIB;
}

/** What to set, in sentences. */
export function adviseOnHeap(limitBytes: number, besideHeapBytes: number, liveHeapBytes: number): string[] {
  const settings = chooseHeap(limitBytes, besideHeapBytes, liveHeapBytes);
  const raised = neededLimitBytes(besideHeapBytes, liveHeapBytes);
  if (!settings) {
    return [
      `Raise the container's limit to at least ${formatBytes(raised)}: ${formatBytes(besideHeapBytes)} is used outside the heap, and a live heap of ${formatBytes(liveHeapBytes)} needs half as much again for garbage. Or keep less in memory.`,
    ];
  }
  return [
    `Bound the heap: --max-old-space-size=${settings.oldSpaceMegabytes} --max-semi-space-size=${settings.semiSpaceMegabytes} (MB; also through NODE_OPTIONS): ${settings.why}. V8 then collects more aggressively, or reports where memory ran out, before the kernel kills the process.`,
  ];
}
