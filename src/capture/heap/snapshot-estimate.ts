// What a heap snapshot would cost here, before it is taken. V8 builds a graph of its own beside the heap, whatever it
// is written to: that graph ends processes that run close to their limit.
import { megabytes, memoryRoom } from './memory-room.ts';

export interface SnapshotEstimate {
  nodes: number;
  pauseMillis: number;
  /** Resident memory that it adds while it is built; V8 gives little of it back. */
  extraBytes: number;
  /** What is left below the tightest limit that we can see; absent: no limit is known. */
  roomBytes?: number;
  /** What sets that limit. */
  limitedBy?: string;
  fits: boolean;
}

/**
 * Measured on Node 16 to 26: 36 to 77 bytes of heap a node, 610 to 760 bytes of extra memory and 2.4 to 4 microseconds
 * a node. The dear end is taken each time.
 */
const HEAP_BYTES_PER_NODE = 40;
const EXTRA_BYTES_PER_NODE = 700;
const MICROS_PER_NODE = 4;
/** Every isolate has this many. */
const LEAST_NODES = 50_000;
/** Of the room there is. */
const LARGEST_SHARE = 0.8;

export function estimateSnapshot(
  heapUsedBytes: number,
  localPid: number | null,
  roots: { proc?: string; cgroup?: string } = {},
): SnapshotEstimate {
  const nodes = Math.round(LEAST_NODES + heapUsedBytes / HEAP_BYTES_PER_NODE);
  const extraBytes = nodes * EXTRA_BYTES_PER_NODE;
  const room = localPid === null ? undefined : memoryRoom(localPid, roots);
  return {
    nodes,
    pauseMillis: Math.round((nodes * MICROS_PER_NODE) / 1_000),
    extraBytes,
    roomBytes: room?.bytes,
    limitedBy: room?.limitedBy,
    fits: room === undefined || extraBytes <= room.bytes * LARGEST_SHARE,
  };
}

/** "about 0.7 M nodes, a pause of about 2.7 s and 480 MB of extra memory (61 MB left below the container's limit)" */
export function describeEstimate(estimate: SnapshotEstimate): string {
  const { nodes, pauseMillis, extraBytes, roomBytes, limitedBy } = estimate;
  const room = roomBytes === undefined ? '' : ` (${megabytes(roomBytes)} left below ${limitedBy})`;
  return `about ${(nodes / 1e6).toFixed(1)} M nodes, a pause of about ${(pauseMillis / 1_000).toFixed(1)} s and ${megabytes(extraBytes)} of extra memory${room}`;
}
