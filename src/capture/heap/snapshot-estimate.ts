// What a heap snapshot would cost here, before it is taken. V8 builds a graph of its own beside the heap, whatever it
// is written to: that graph ends processes that run close to their limit.
import { STEP_COSTS } from '../costs.ts';
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

/** Of the room there is. */
const LARGEST_SHARE = 0.8;

export function estimateSnapshot(
  heapUsedBytes: number,
  localPid: number | null,
  roots: { proc?: string; cgroup?: string } = {},
): SnapshotEstimate {
  const { leastNodes, heapBytesPerNode, bytesPerNode, microsPerNode } = STEP_COSTS.snapshot;
  const nodes = Math.round(leastNodes + heapUsedBytes / heapBytesPerNode);
  const extraBytes = nodes * bytesPerNode;
  const room = localPid === null ? undefined : memoryRoom(localPid, roots);
  return {
    nodes,
    pauseMillis: Math.round((nodes * microsPerNode) / 1_000),
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
