// The container of the report: its limits, and its memory at the end of the capture.
import type { ReportContainer } from '../../model/finding.ts';
import type { CgroupSample, PassiveSample, RuntimeSample } from '../../model/samples.ts';
import { nearest, unreclaimableBytes, workingSetBytes } from './container-memory.ts';

/** null outside of a container: where no limit is set. */
export function describeContainer(
  passive: readonly PassiveSample[],
  runtime: readonly RuntimeSample[],
): ReportContainer | null {
  const read = passive.filter(({ cgroup }) => cgroup);
  const [first, last] = [read[0]?.cgroup, read.at(-1)];
  if (!first || !last) return null;
  const cgroup = last.cgroup!;
  const { memoryLimitBytes, cpuQuotaCores, pidsLimit } = { ...first, ...definedOnly(cgroup) };
  if ([memoryLimitBytes, cpuQuotaCores, pidsLimit].every((limit) => limit === undefined)) return null;
  const periods = (cgroup.periods ?? 0) - (first.periods ?? 0);
  const throttled = (cgroup.throttledPeriods ?? 0) - (first.throttledPeriods ?? 0);
  return {
    memoryLimitBytes: memoryLimitBytes ?? null,
    cpuQuotaCores: cpuQuotaCores ?? null,
    pidsLimit: pidsLimit ?? null,
    cgroupVersion: cgroup.version,
    memory: describeMemory(last, runtime),
    oomKills: cgroup.oomKills,
    throttledShare: periods > 0 ? Math.max(0, Math.min(1, throttled / periods)) : undefined,
    pids: cgroup.pidsCurrent,
    fds: last.fdCount,
    fdLimit: last.fdSoftLimit,
  };
}

function definedOnly(cgroup: CgroupSample): Partial<CgroupSample> {
  return Object.fromEntries(Object.entries(cgroup).filter(([, value]) => value !== undefined));
}

function describeMemory(
  { atMillis, cgroup, rssBytes, rssAnonBytes, rssFileBytes }: PassiveSample,
  runtime: readonly RuntimeSample[],
): ReportContainer['memory'] {
  if (!cgroup || cgroup.memoryUsageBytes === undefined) return undefined;
  const main = runtime.filter(({ thread, heapUsedBytes }) => thread === 0 && heapUsedBytes !== undefined);
  const heap = nearest(main, atMillis);
  return {
    usageBytes: cgroup.memoryUsageBytes,
    workingSetBytes: workingSetBytes(cgroup),
    unreclaimableBytes: unreclaimableBytes(cgroup),
    anonBytes: cgroup.memoryAnonBytes,
    // The kernel counts files in memory among the cache, though it cannot give them back.
    pageCacheBytes:
      cgroup.memoryFileBytes === undefined
        ? undefined
        : Math.max(0, cgroup.memoryFileBytes - (cgroup.memorySharedBytes ?? 0)),
    mappedFileBytes: cgroup.memoryMappedBytes,
    sharedBytes: cgroup.memorySharedBytes,
    socketBytes: cgroup.memorySocketBytes,
    kernelBytes: cgroup.memoryKernelBytes,
    swapBytes: cgroup.swapBytes,
    peakBytes: cgroup.memoryPeakBytes,
    rssBytes,
    rssAnonBytes,
    rssFileBytes,
    heapUsedBytes: heap?.heapUsedBytes,
    heapTotalBytes: heap?.heapTotalBytes,
    externalBytes: heap?.externalBytes,
    ownBytes: cgroup.ownAnonBytes,
  };
}
