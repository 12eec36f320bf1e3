// The limits and use of the cgroup that a process lives in, versions 1 and 2. What is used is read from the group
// whose limit binds: the container's own, or the pod's around it where that is the tighter one and can be seen.
// https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/
import type { CgroupSample } from '../../model/samples.ts';
import { readPressure } from '../../target/proc/pressure.ts';
import { readStatus } from '../../target/proc/proc.ts';
import { known, readText } from '../../target/proc/proc-file.ts';
import { file, readFields, readNumber, tightest } from './cgroup-files.ts';
import { type CgroupFolder, findCgroupFolder } from './cgroup-mounts.ts';

function readMemory2(group: CgroupFolder): Partial<CgroupSample> {
  const { folder, limit } = tightest(group, (at) => readNumber(file(at, 'memory.max')));
  const stat = readFields(file(folder, 'memory.stat'));
  const events = readFields(file(folder, 'memory.events'));
  const pressure = readPressure(file(folder, 'memory.pressure'));
  return {
    memoryLimitBytes: limit,
    memoryHighBytes: tightest(group, (at) => readNumber(file(at, 'memory.high'))).limit,
    memoryUsageBytes: readNumber(file(folder, 'memory.current')),
    memoryPeakBytes: readNumber(file(folder, 'memory.peak')),
    memoryAnonBytes: stat('anon'),
    memoryFileBytes: stat('file'),
    memoryMappedBytes: stat('file_mapped'),
    memorySharedBytes: stat('shmem'),
    memorySocketBytes: stat('sock'),
    // "kernel" holds all of these; older kernels (before 5.18) have the parts only.
    memoryKernelBytes: stat('kernel') ?? sumOf(stat, ['kernel_stack', 'pagetables', 'percpu', 'slab']),
    memorySlabBytes: stat('slab'),
    memorySlabReclaimableBytes: stat('slab_reclaimable'),
    memoryInactiveFileBytes: stat('inactive_file'),
    swapBytes: readNumber(file(folder, 'memory.swap.current')),
    swapLimitBytes: tightest(group, (at) => readNumber(file(at, 'memory.swap.max'))).limit,
    memoryStallMicros: pressure.some,
    memoryFullStallMicros: pressure.full,
    memoryHighEvents: events('high'),
    oomKills: events('oom_kill'),
    oomKillsLocal: readFields(file(folder, 'memory.events.local'))('oom_kill'),
    oomGroupKills: events('oom_group_kill'),
  };
}

function sumOf(stat: (name: string) => number | undefined, names: string[]): number | undefined {
  const values = names.flatMap((name) => stat(name) ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** "50000 100000" is half a core, "max 100000" no quota. */
function readQuota2(folder: string): { quota?: number; period?: number } {
  const [quota, period] = (known(readText(file(folder, 'cpu.max'))) ?? '').trim().split(' ').map(Number);
  return { quota: quota || undefined, period: period || undefined };
}

const coresOf = ({ quota, period }: { quota?: number; period?: number }) =>
  quota && period ? quota / period : undefined;

function readCpu2(group: CgroupFolder): Partial<CgroupSample> {
  const { folder, limit } = tightest(group, (at) => coresOf(readQuota2(at)));
  const stat = readFields(file(folder, 'cpu.stat'));
  return {
    cpuQuotaCores: limit,
    cpuPeriodMicros: limit === undefined ? undefined : readQuota2(folder).period,
    cpuWeight: readNumber(file(group.own, 'cpu.weight')),
    cpuUsageMicros: stat('usage_usec'),
    periods: stat('nr_periods'),
    throttledPeriods: stat('nr_throttled'),
    throttledMicros: stat('throttled_usec'),
    cpuStallMicros: readPressure(file(folder, 'cpu.pressure')).some,
  };
}

function readPids(group: CgroupFolder): Partial<CgroupSample> {
  const { folder, limit } = tightest(group, (at) => readNumber(file(at, 'pids.max')));
  return { pidsLimit: limit, pidsCurrent: readNumber(file(folder, 'pids.current')) };
}

/** Version 1 has two sets of numbers: those of the group alone, and "total_" ones with the groups below it. */
function readMemory1(group: CgroupFolder): Partial<CgroupSample> {
  const { folder, limit } = tightest(group, (at) => readNumber(file(at, 'memory.limit_in_bytes')));
  const stat = readFields(file(folder, 'memory.stat'));
  const total = (name: string) => stat(`total_${name}`) ?? stat(name);
  const hierarchical = readFields(file(group.own, 'memory.stat'))('hierarchical_memory_limit');
  const usage = readNumber(file(folder, 'memory.usage_in_bytes'));
  const withSwap = readNumber(file(folder, 'memory.memsw.usage_in_bytes'));
  return {
    // The second one also knows of groups that cannot be seen from here.
    memoryLimitBytes: hierarchical !== undefined && hierarchical < (limit ?? 2 ** 60) ? hierarchical : limit,
    memoryUsageBytes: usage,
    memoryPeakBytes: readNumber(file(folder, 'memory.max_usage_in_bytes')),
    memoryAnonBytes: total('rss'),
    memoryFileBytes: total('cache'),
    memoryMappedBytes: total('mapped_file'),
    memorySharedBytes: total('shmem'),
    memorySocketBytes: readNumber(file(folder, 'memory.kmem.tcp.usage_in_bytes')),
    memoryKernelBytes: readNumber(file(folder, 'memory.kmem.usage_in_bytes')),
    memoryInactiveFileBytes: total('inactive_file'),
    swapBytes:
      total('swap') ??
      (usage === undefined || withSwap === undefined ? undefined : Math.max(0, withSwap - usage)),
    oomKills: readFields(file(folder, 'memory.oom_control'))('oom_kill'),
  };
}

function readCpu1(group: CgroupFolder): Partial<CgroupSample> {
  // -1 means no quota, and is not read as a number.
  const read = (at: string) => ({
    quota: readNumber(file(at, 'cpu.cfs_quota_us')),
    period: readNumber(file(at, 'cpu.cfs_period_us')),
  });
  const { folder, limit } = tightest(group, (at) => coresOf(read(at)));
  const stat = readFields(file(folder, 'cpu.stat'));
  const throttledNanos = stat('throttled_time');
  return {
    cpuQuotaCores: limit,
    cpuPeriodMicros: limit === undefined ? undefined : read(folder).period,
    cpuShares: readNumber(file(group.own, 'cpu.shares')),
    periods: stat('nr_periods'),
    throttledPeriods: stat('nr_throttled'),
    throttledMicros: throttledNanos === undefined ? undefined : Math.round(throttledNanos / 1000),
  };
}

function readUsage1(group: CgroupFolder): Partial<CgroupSample> {
  const nanos = readNumber(file(group.own, 'cpuacct.usage'));
  return nanos === undefined ? {} : { cpuUsageMicros: Math.round(nanos / 1000) };
}

/** "4:memory:/docker/abc" in version 1, "0::/docker/abc" in version 2; paths may hold colons. */
function readPaths(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(',')) if (line) paths.set(controller, path);
  }
  return paths;
}

/** `kubectl exec` puts us into the container that we look at. */
function ownShare(theirs: string, procRoot: string): Partial<CgroupSample> {
  if (known(readText(`${procRoot}/self/cgroup`)) !== theirs) return {};
  const { user, system } = process.cpuUsage();
  return { ownAnonBytes: readStatus(process.pid, procRoot)?.rssAnonBytes, ownCpuMicros: user + system };
}

/**
 * Undefined when the process is gone, or nothing of its group can be read from here (no cgroup mounted, or only that
 * of another container). Absent limits are none.
 */
export function readCgroup(
  pid: number,
  procRoot = '/proc',
  cgroupRoot = '/sys/fs/cgroup',
): CgroupSample | undefined {
  const text = known(readText(`${procRoot}/${pid}/cgroup`));
  if (text === undefined) return undefined;
  const paths = readPaths(text);
  const from = (controller: string, read: (group: CgroupFolder) => Partial<CgroupSample>) => {
    const path = paths.get(controller);
    const roots = { proc: procRoot, cgroup: cgroupRoot };
    const group = path === undefined ? undefined : findCgroupFolder(pid, path, controller, roots);
    return group ? read(group) : {};
  };
  // A machine may mount both; the one that holds the memory controller counts.
  const sample: CgroupSample = paths.has('memory')
    ? {
        version: 1,
        ...from('memory', readMemory1),
        ...from('cpu', readCpu1),
        ...from('cpuacct', readUsage1),
        ...from('pids', readPids),
      }
    : { version: 2, ...from('', readMemory2), ...from('', readCpu2), ...from('', readPids) };
  const isEmpty = Object.values(sample).every((value, index) => index === 0 || value === undefined);
  return isEmpty ? undefined : { ...sample, ...ownShare(text, procRoot) };
}
