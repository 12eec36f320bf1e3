// The limits and use of the cgroup that a process lives in, versions 1 and 2, seen from inside its container
// (the path is "/" or means nothing here) or from the host (the full path).
// https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CgroupSample } from '../model/samples.ts';
import { known, readText } from '../target/proc-file.ts';

// "No limit" in version 1 is the largest page-aligned number, 9223372036854771712 with 4 KB pages.
const NO_LIMIT = 2 ** 60;

function readNumber(path: string): number | undefined {
  const text = known(readText(path))?.trim();
  return text && /^\d+$/.test(text) && Number(text) < NO_LIMIT ? Number(text) : undefined;
}

/** Lines of "name value". */
function readFields(path: string): (name: string) => number | undefined {
  const fields = new Map<string, number>();
  for (const line of (known(readText(path)) ?? '').split('\n')) {
    const [name, value] = line.split(' ');
    if (name && value) fields.set(name, Number(value));
  }
  return (name) => fields.get(name);
}

/** The folder for a path out of /proc/<pid>/cgroup; the mount itself when the path is one of the host's. */
function findFolder(mount: string, path: string): string | undefined {
  const folder = join(mount, path);
  if (folder.startsWith(mount) && existsSync(folder)) return folder;
  return existsSync(mount) ? mount : undefined;
}

/** The smallest value from this folder up to the mount: a pod may be limited where its container is not. */
function tightest(
  mount: string,
  folder: string,
  read: (folder: string) => number | undefined,
): number | undefined {
  const own = read(folder);
  if (folder === mount || !folder.startsWith(mount)) return own;
  const above = tightest(mount, dirname(folder), read);
  return own === undefined || above === undefined ? (own ?? above) : Math.min(own, above);
}

/** "50000 100000" is half a core, "max 100000" no quota. */
function readQuotaCores(folder: string): number | undefined {
  const [quota, period] = (known(readText(join(folder, 'cpu.max'))) ?? '').trim().split(' ').map(Number);
  return quota && period ? quota / period : undefined;
}

function readVersion2(mount: string, path: string): CgroupSample {
  const folder = findFolder(mount, path) ?? mount;
  const memory = readFields(join(folder, 'memory.stat'));
  const cpu = readFields(join(folder, 'cpu.stat'));
  return {
    version: 2,
    memoryLimitBytes: tightest(mount, folder, (at) => readNumber(join(at, 'memory.max'))),
    memoryUsageBytes: readNumber(join(folder, 'memory.current')),
    memoryAnonBytes: memory('anon'),
    memoryFileBytes: memory('file'),
    cpuQuotaCores: tightest(mount, folder, readQuotaCores),
    periods: cpu('nr_periods'),
    throttledPeriods: cpu('nr_throttled'),
    throttledMicros: cpu('throttled_usec'),
    pidsLimit: tightest(mount, folder, (at) => readNumber(join(at, 'pids.max'))),
    pidsCurrent: readNumber(join(folder, 'pids.current')),
    oomKills: readFields(join(folder, 'memory.events'))('oom_kill'),
  };
}

function readMemory1(folder: string): Partial<CgroupSample> {
  const stat = readFields(join(folder, 'memory.stat'));
  const hierarchical = stat('hierarchical_memory_limit');
  return {
    memoryLimitBytes:
      hierarchical !== undefined && hierarchical < NO_LIMIT
        ? hierarchical
        : readNumber(join(folder, 'memory.limit_in_bytes')),
    memoryUsageBytes: readNumber(join(folder, 'memory.usage_in_bytes')),
    memoryAnonBytes: stat('total_rss') ?? stat('rss'),
    memoryFileBytes: stat('total_cache') ?? stat('cache'),
    oomKills: readFields(join(folder, 'memory.oom_control'))('oom_kill'),
  };
}

function readCpu1(folder: string): Partial<CgroupSample> {
  const stat = readFields(join(folder, 'cpu.stat'));
  // -1 means no quota, and is not read as a number.
  const quota = readNumber(join(folder, 'cpu.cfs_quota_us'));
  const period = readNumber(join(folder, 'cpu.cfs_period_us'));
  const throttledNanos = stat('throttled_time');
  return {
    cpuQuotaCores: quota && period ? quota / period : undefined,
    periods: stat('nr_periods'),
    throttledPeriods: stat('nr_throttled'),
    throttledMicros: throttledNanos === undefined ? undefined : Math.round(throttledNanos / 1000),
  };
}

function readVersion1(cgroupRoot: string, paths: Map<string, string>): CgroupSample {
  const folder = (controller: string) => {
    // Distributions mount cpu together with cpuacct, in either order, with a link for each.
    const mounts = controller === 'cpu' ? ['cpu', 'cpu,cpuacct', 'cpuacct,cpu'] : [controller];
    const mount = mounts.map((name) => join(cgroupRoot, name)).find((at) => existsSync(at));
    return mount && (findFolder(mount, paths.get(controller) ?? '/') ?? mount);
  };
  const [memory, cpu, pids] = [folder('memory'), folder('cpu'), folder('pids')];
  return {
    version: 1,
    ...(memory && readMemory1(memory)),
    ...(cpu && readCpu1(cpu)),
    ...(pids && {
      pidsLimit: readNumber(join(pids, 'pids.max')),
      pidsCurrent: readNumber(join(pids, 'pids.current')),
    }),
  };
}

/** Undefined when the process is gone or nothing can be read (no cgroup mounted). Absent limits are none. */
export function readCgroup(
  pid: number,
  procRoot = '/proc',
  cgroupRoot = '/sys/fs/cgroup',
): CgroupSample | undefined {
  const text = known(readText(`${procRoot}/${pid}/cgroup`));
  if (text === undefined) return undefined;
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    // "4:memory:/docker/abc" in version 1, "0::/docker/abc" in version 2; paths may hold colons.
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(',')) if (line) paths.set(controller, path);
  }
  // A machine may mount both; the one that holds the memory controller counts.
  const sample = paths.has('memory')
    ? readVersion1(cgroupRoot, paths)
    : readVersion2(cgroupRoot, paths.get('') ?? '/');
  const isEmpty = Object.values(sample).every((value, index) => index === 0 || value === undefined);
  return isEmpty ? undefined : sample;
}
