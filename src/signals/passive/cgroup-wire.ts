// Counters of the cgroup whose limit binds: the container's, or the one around it. Memory in bytes; what is counted rises
// since the group began.
import * as v from 'valibot';
import { amount } from '../../wire/parts.ts';

export const cgroup = v.object({
  version: v.picklist([1, 2]),
  memoryLimitBytes: amount,
  /** Version 2: above this the kernel slows the group down and takes memory back. */
  memoryHighBytes: amount,
  /** Everything charged to the group, page cache included. */
  memoryUsageBytes: amount,
  /** The most that `memoryUsageBytes` has been. */
  memoryPeakBytes: amount,
  /** Memory that belongs to no file: heaps, buffers, stacks. Without swap it cannot be given back. */
  memoryAnonBytes: amount,
  /** Page cache, shared memory included. */
  memoryFileBytes: amount,
  /** Of the page cache: mapped into a process, such as the node binary. */
  memoryMappedBytes: amount,
  /** Of the page cache: tmpfs and shared memory, which cannot be given back. */
  memorySharedBytes: amount,
  memorySocketBytes: amount,
  /** Stacks, page tables and slabs of the kernel. */
  memoryKernelBytes: amount,
  memorySlabBytes: amount,
  /** Of the slabs: caches that are given back. */
  memorySlabReclaimableBytes: amount,
  /** Page cache that was not used lately; usage without it is the working set, by which a kubelet evicts. */
  memoryInactiveFileBytes: amount,
  swapBytes: amount,
  /** What culprit itself uses, where it runs in the same group: to be taken off. */
  ownAnonBytes: amount,
  ownCpuMicros: amount,
  swapLimitBytes: amount,
  /** Time in which some, and in which all, tasks of the group waited for memory. */
  memoryStallMicros: amount,
  memoryFullStallMicros: amount,
  /** Times that tasks were held because the group was above `memoryHighBytes`. */
  memoryHighEvents: amount,
  cpuQuotaCores: amount,
  /** The quota is given anew each so often. */
  cpuPeriodMicros: amount,
  /** Version 2, 1 to 10,000, usually 100. */
  cpuWeight: amount,
  /** Version 1, usually 1,024 for a core. */
  cpuShares: amount,
  /** CPU time of all tasks of the group. */
  cpuUsageMicros: amount,
  throttledPeriods: amount,
  periods: amount,
  throttledMicros: amount,
  /** Time in which some task of the group was ready to run and had no CPU. */
  cpuStallMicros: amount,
  pidsLimit: amount,
  /** Processes and threads. */
  pidsCurrent: amount,
  /** Processes of the group, and of groups below it, that the kernel ended because memory ran out. */
  oomKills: amount,
  /** Of this group alone. */
  oomKillsLocal: amount,
  /** Times that it ended the whole group at once. */
  oomGroupKills: amount,
});
export type CgroupSample = v.InferOutput<typeof cgroup>;
