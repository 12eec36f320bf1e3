// Which heap V8 should be given in a container: worked out from what else the container has to hold, not from a share
// of its limit.
//
//   room = limit - beside - reserve
//     beside    the most that was seen of memory that cannot be given back and is not V8's heap: buffers, code, stacks,
//               native libraries, worker threads, sockets, kernel memory, other processes of the container
//     reserve   5 % of the limit, at least 16 MB: page cache to run from, and peaks of what is beside
//   young = 3 x semi-space: V8 keeps two of them, and while it collects a third
//     the largest of 16, 8, 4, 2, 1 MB of which three take at most a tenth of the room
//   old = room - young: --max-old-space-size
//
// Node's own default, measured in containers of 128 MB to 4 GB on Node 16, 18, 20, 22, 24 and 26: half of the limit,
// but never less than 256 MB; in a container of 256 MB it is as large as the container.
import { formatBytes } from '../../units/units.ts';

const MB = 2 ** 20;
const LEAST_DEFAULT_BYTES = 256 * MB;
const RESERVE_SHARE = 0.05;
const LEAST_RESERVE_BYTES = 16 * MB;
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

/** The most that Node.js 16 to 26 takes by itself in a container of this size, see above: above 4 GB it may be less. */
export function defaultHeapBytes(containerBytes: number): number {
  return Math.max(LEAST_DEFAULT_BYTES, containerBytes / 2);
}

/** Null when the live heap does not fit beside the rest: then only a larger limit, or less in memory, helps. */
export function chooseHeap(
  limitBytes: number,
  besideHeapBytes: number,
  liveHeapBytes: number,
): HeapSettings | null {
  const reserve = Math.max(LEAST_RESERVE_BYTES, limitBytes * RESERVE_SHARE);
  const room = limitBytes - besideHeapBytes - reserve;
  const semiSpaceMegabytes = SEMI_SPACES_MB.find((semi) => semi * MB * 3 <= room * YOUNG_SHARE) ?? 1;
  const oldBytes = room - semiSpaceMegabytes * MB * 3;
  if (oldBytes < Math.max(8 * MB, liveHeapBytes * LEAST_OVER_LIVE)) return null;
  const step = oldBytes >= 256 * MB ? 16 : 4;
  return {
    oldSpaceMegabytes: Math.floor(oldBytes / MB / step) * step,
    semiSpaceMegabytes,
    why: `of ${formatBytes(limitBytes)}, ${formatBytes(besideHeapBytes)} is held beside the heap, ${formatBytes(reserve)} stays free for peaks and page cache, and the young generation takes 3 x ${semiSpaceMegabytes} MB`,
  };
}

/** The least limit in which this live heap has room, in whole steps of 64 MB. */
export function neededLimitBytes(besideHeapBytes: number, liveHeapBytes: number): number {
  const held = besideHeapBytes + liveHeapBytes * 1.5 + SEMI_SPACES_MB[1]! * 3 * MB;
  const needed = Math.max(held / (1 - RESERVE_SHARE), held + LEAST_RESERVE_BYTES);
  return Math.ceil(needed / (64 * MB)) * 64 * MB;
}

/** What to set, in sentences. */
export function adviseOnHeap(limitBytes: number, besideHeapBytes: number, liveHeapBytes: number): string[] {
  const settings = chooseHeap(limitBytes, besideHeapBytes, liveHeapBytes);
  const raised = neededLimitBytes(besideHeapBytes, liveHeapBytes);
  if (!settings) {
    return [
      `Raise the container's limit to at least ${formatBytes(raised)}: ${formatBytes(besideHeapBytes)} is held beside the heap, and a live heap of ${formatBytes(liveHeapBytes)} needs half as much again for garbage. Or keep less in memory.`,
    ];
  }
  return [
    `Bound the heap: --max-old-space-size=${settings.oldSpaceMegabytes} --max-semi-space-size=${settings.semiSpaceMegabytes} (MB; also through NODE_OPTIONS): ${settings.why}. V8 then collects harder, or says where it ran out, before the kernel kills.`,
  ];
}
