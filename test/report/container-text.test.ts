import { describe, expect, test } from 'vitest';
import { describeContainer as measure } from '../../src/analysis/container/describe-container.ts';
import type { CgroupSample } from '../../src/model/samples.ts';
import { describeContainer } from '../../src/report/text/container-text.ts';

const MB = 2 ** 20;
const CGROUP: CgroupSample = {
  version: 2,
  memoryLimitBytes: 256 * MB,
  cpuQuotaCores: 0.5,
  pidsLimit: 100,
  pidsCurrent: 12,
  memoryUsageBytes: 150 * MB,
  memoryAnonBytes: 90 * MB,
  memoryFileBytes: 50 * MB,
  memoryMappedBytes: 30 * MB,
  memorySharedBytes: 1 * MB,
  memorySocketBytes: 2 * MB,
  memoryKernelBytes: 8 * MB,
  memorySlabReclaimableBytes: 3 * MB,
  memoryInactiveFileBytes: 20 * MB,
  oomKills: 1,
};
const heap = {
  atMillis: 9_500,
  thread: 0,
  afterGc: false,
  heapUsedBytes: 30 * MB,
  heapTotalBytes: 45 * MB,
  externalBytes: 10 * MB,
};
const read = (cgroup: CgroupSample | undefined) =>
  measure(
    [
      { atMillis: 0, cgroup: cgroup && { ...cgroup, periods: 100, throttledPeriods: 10 } },
      {
        atMillis: 10_000,
        rssBytes: 130 * MB,
        rssAnonBytes: 88 * MB,
        rssFileBytes: 42 * MB,
        fdCount: 30,
        fdSoftLimit: 1024,
        cgroup: cgroup && { ...cgroup, periods: 200, throttledPeriods: 35 },
      },
    ],
    [heap],
  );

describe('the container of the report', () => {
  test('says what is used, and why RSS, the working set and the heap differ', () => {
    expect(describeContainer(read(CGROUP))).toEqual([
      'memory limit 256 MB, CPU quota 0.5 cores, pids limit 12 of 100, throttled by its quota in 25% of the periods, 1 OOM kill since it started',
      'Memory charged to the container: 150 MB (90 MB anonymous, 49 MB page cache, 1 MB shared memory (tmpfs), 2 MB socket buffers, 8 MB kernel); its working set, which the kubelet reports and evicts by, is 130 MB (without page cache that was not used lately); 98 MB of it cannot be reclaimed. RSS is 130 MB: 88 MB of anonymous memory and 42 MB of mapped files such as the node binary, which are charged to the cgroup that read them first and can be reclaimed. V8 uses 30 MB of the 45 MB that it has allocated for the heap; outside it are 10 MB buffers and other external memory, 33 MB code, stacks and native memory.',
    ]);
  });

  test('leaves out what is not known', () => {
    expect(
      describeContainer(read({ version: 1, memoryLimitBytes: 256 * MB, memoryUsageBytes: 9 * MB })),
    ).toEqual([
      'memory limit 256 MB, no CPU quota, no pids limit, throttled by its quota in 25% of the periods',
      'Memory charged to the container: 9 MB. RSS is 130 MB: 88 MB of anonymous memory and 42 MB of mapped files such as the node binary, which are charged to the cgroup that read them first and can be reclaimed. V8 uses 30 MB of the 45 MB that it has allocated for the heap; outside it are 10 MB buffers and other external memory, 33 MB code, stacks and native memory.',
    ]);
    const bare = { memoryLimitBytes: 256 * MB, cpuQuotaCores: null, pidsLimit: null };
    expect(describeContainer(bare)).toEqual(['memory limit 256 MB, no CPU quota, no pids limit']);
  });

  test('is null where no limit is set, or nothing could be read', () => {
    expect(read({ version: 2, memoryUsageBytes: 9 * MB })).toBeNull();
    expect(read(undefined)).toBeNull();
    expect(describeContainer(null)).toEqual([]);
  });
});
