// The shape of what a recording says of the target's cgroup; a part of line-schema.ts.
import * as v from 'valibot';

const amount = v.optional(v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e18)));

export const cgroup = v.looseObject({
  version: v.optional(v.picklist([1, 2])),
  memoryLimitBytes: amount,
  memoryHighBytes: amount,
  memoryUsageBytes: amount,
  memoryPeakBytes: amount,
  memoryAnonBytes: amount,
  memoryFileBytes: amount,
  memoryMappedBytes: amount,
  memorySharedBytes: amount,
  memorySocketBytes: amount,
  memoryKernelBytes: amount,
  memorySlabBytes: amount,
  memorySlabReclaimableBytes: amount,
  memoryInactiveFileBytes: amount,
  swapBytes: amount,
  swapLimitBytes: amount,
  memoryStallMicros: amount,
  memoryFullStallMicros: amount,
  cpuQuotaCores: amount,
  cpuPeriodMicros: amount,
  cpuWeight: amount,
  cpuShares: amount,
  cpuUsageMicros: amount,
  throttledPeriods: amount,
  periods: amount,
  throttledMicros: amount,
  cpuStallMicros: amount,
  pidsLimit: amount,
  pidsCurrent: amount,
  oomKills: amount,
  oomKillsLocal: amount,
  oomGroupKills: amount,
});
