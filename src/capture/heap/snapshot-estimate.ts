// What a heap snapshot would cost here, before it is taken. V8 builds a graph of its own beside the heap, whatever it is
// written to: that graph can get a process killed that runs close to its limit.
import { memoryLimitWords } from '../../units/memory-limit.ts';
import { STEP_COSTS } from '../costs.ts';
import { type MemoryRoom, megabytes, memoryRoom } from './memory-room.ts';

export interface SnapshotEstimate {
  nodes: number;
  pauseMillis: number;
  /** Resident memory that it adds while it is built; V8 gives little of it back. */
  extraBytes: number;
  /** Absent: no limit is known, and so it fits. */
  room?: MemoryRoom;
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
    room,
    fits: room === undefined || extraBytes <= room.bytes * LARGEST_SHARE,
  };
}

/** "about 0.7 M nodes, a pause of about 2.7 s and 480 MB of extra memory (61 MB left below the container's limit)" */
export function describeEstimate(estimate: SnapshotEstimate): string {
  const { nodes, pauseMillis, extraBytes, room } = estimate;
  const left = room ? ` (${megabytes(room.bytes)} left below ${memoryLimitWords(room.limit)})` : '';
  return `about ${(nodes / 1e6).toFixed(1)} M nodes, a pause of about ${(pauseMillis / 1_000).toFixed(1)} s and ${megabytes(extraBytes)} of extra memory${left}`;
}
