// The process that a report is about, and the container it runs in.
import * as v from 'valibot';
import { amount, count, share, text } from './scalars.ts';

/** Of all processes of the container but for the last group. */
export const containerMemory = v.object({
  /** Everything that is charged, page cache included. */
  usageBytes: amount,
  /** Usage without page cache that was not used lately: what a kubelet shows and evicts by. */
  workingSetBytes: v.optional(amount),
  /** What cannot be given back: anonymous, tmpfs, sockets, kernel. */
  unreclaimableBytes: v.optional(amount),
  anonBytes: v.optional(amount),
  pageCacheBytes: v.optional(amount),
  /** Of the page cache. */
  mappedFileBytes: v.optional(amount),
  /** Of the page cache: tmpfs and shared memory. */
  sharedBytes: v.optional(amount),
  socketBytes: v.optional(amount),
  kernelBytes: v.optional(amount),
  swapBytes: v.optional(amount),
  peakBytes: v.optional(amount),
  /** Of it, culprit's own. */
  ownBytes: v.optional(amount),
  /** Of the target process alone. */
  rssBytes: v.optional(amount),
  rssAnonBytes: v.optional(amount),
  rssFileBytes: v.optional(amount),
  heapUsedBytes: v.optional(amount),
  heapTotalBytes: v.optional(amount),
  externalBytes: v.optional(amount),
});

/** Limits, and what was used of them at the end of the look. */
export const reportContainer = v.object({
  memoryLimitBytes: v.nullable(amount),
  cpuQuotaCores: v.nullable(amount),
  pidsLimit: v.nullable(amount),
  cgroupVersion: v.optional(v.picklist([1, 2])),
  memory: v.optional(containerMemory),
  /** Since the container began. */
  oomKills: v.optional(amount),
  /** Share of the scheduler's periods in which the quota stopped it, 0..1. */
  throttledShare: v.optional(share),
  /** Processes and threads. */
  pids: v.optional(amount),
  /** Of the target process, which has this soft limit. */
  fds: v.optional(amount),
  fdLimit: v.optional(amount),
});
export type ReportContainer = v.InferOutput<typeof reportContainer>;

/** Which process it was. null is unknown. */
export const reportProcess = v.object({
  pid: v.nullable(count),
  nodeVersion: v.nullable(v.string()),
  title: v.nullable(v.string()),
  /** Where it runs, when it was reached over a link: a pod and its container, or a host. */
  location: v.optional(text),
  uptimeSeconds: v.nullable(amount),
  /** The name that a process manager, its traces or its package give it. */
  app: v.optional(text),
  /** Why it was this process, where another of its family was named: a sentence or two. */
  chosen: v.optional(text),
  /** null outside a container. */
  container: v.nullable(reportContainer),
});
export type ReportProcess = v.InferOutput<typeof reportProcess>;

/** A process that was watched, with its threads. */
export const reportTarget = v.object({
  ...reportProcess.entries,
  threads: v.array(v.object({ id: count, name: v.string() })),
});
export type ReportTarget = v.InferOutput<typeof reportTarget>;
