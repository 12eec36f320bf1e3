import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCgroup } from '../../src/signals/passive/cgroup.ts';
import { readThreadCpu } from '../../src/signals/passive/thread-cpu.ts';
import { addProcess, makeFolder, removeFolder, writeFiles } from '../target/fake-proc.ts';

let proc: string;
let mount: string;
beforeEach(() => {
  proc = makeFolder();
  mount = makeFolder();
});
afterEach(() => {
  removeFolder(proc);
  removeFolder(mount);
});

const VERSION_2 = {
  'memory.max': '268435456\n',
  'memory.high': '241591910\n',
  'memory.current': '200000000\n',
  'memory.peak': '260000000\n',
  'memory.stat':
    'anon 150000000\nfile 30000000\nkernel 8000000\nsock 500000\nshmem 1000000\nfile_mapped 20000000\nslab_reclaimable 3000000\nslab 5000000\ninactive_file 12000000\n',
  'memory.events': 'low 0\nhigh 12\noom 3\noom_kill 2\noom_group_kill 1\n',
  'memory.events.local': 'oom_kill 1\n',
  'memory.swap.current': '4096\n',
  'memory.swap.max': '0\n',
  'memory.pressure':
    'some avg10=1.00 avg60=0.50 avg300=0.10 total=7000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=300\n',
  'cpu.max': '50000 100000\n',
  'cpu.weight': '79\n',
  'cpu.stat': 'usage_usec 9\nnr_periods 100\nnr_throttled 25\nthrottled_usec 4000\n',
  'cpu.pressure':
    'some avg10=2.00 avg60=1.00 avg300=0.00 total=8000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n',
  'pids.max': '100\n',
  'pids.current': '12\n',
};

const WHOLE = {
  version: 2,
  memoryLimitBytes: 268_435_456,
  memoryHighBytes: 241_591_910,
  memoryHighEvents: 12,
  memoryUsageBytes: 200_000_000,
  memoryPeakBytes: 260_000_000,
  memoryAnonBytes: 150_000_000,
  memoryFileBytes: 30_000_000,
  memoryMappedBytes: 20_000_000,
  memorySharedBytes: 1_000_000,
  memorySocketBytes: 500_000,
  memoryKernelBytes: 8_000_000,
  memorySlabBytes: 5_000_000,
  memorySlabReclaimableBytes: 3_000_000,
  memoryInactiveFileBytes: 12_000_000,
  swapBytes: 4096,
  swapLimitBytes: 0,
  memoryStallMicros: 7000,
  memoryFullStallMicros: 300,
  cpuQuotaCores: 0.5,
  cpuPeriodMicros: 100_000,
  cpuWeight: 79,
  cpuUsageMicros: 9,
  periods: 100,
  throttledPeriods: 25,
  throttledMicros: 4000,
  cpuStallMicros: 8000,
  pidsLimit: 100,
  pidsCurrent: 12,
  oomKills: 2,
  oomKillsLocal: 1,
  oomGroupKills: 1,
};

const files = (folder: string, of: Record<string, string>) =>
  Object.fromEntries(Object.entries(of).map(([name, text]) => [`${folder}${name}`, text]));

/** A line of mountinfo for a cgroup mount whose top is `root`. */
const mounted = (root: string, at: string, controllers?: string) =>
  controllers === undefined
    ? `31 24 0:27 ${root} ${at} ro,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n`
    : `32 24 0:28 ${root} ${at} ro,nosuid - cgroup cgroup rw,${controllers}\n`;

const read = () => readCgroup(42, proc, mount);
const target = (text: string) => writeFiles(proc, { '42/cgroup': text });
const ourMounts = (text: string) => writeFiles(proc, { 'self/mountinfo': text });

describe('cgroup version 2', () => {
  it('is read from inside the container, where the path is "/"', () => {
    writeFiles(mount, files('', VERSION_2));
    target('0::/\n');
    ourMounts(mounted('/', mount));
    expect(read()).toEqual(WHOLE);
  });

  it('is read from the host by the full path', () => {
    writeFiles(mount, files('system.slice/app:1.scope/', VERSION_2));
    target('0::/system.slice/app:1.scope\n');
    ourMounts(mounted('/', mount));
    expect(read()).toEqual(WHOLE);
  });

  it('is read in a container that keeps the host\u2019s paths and mounts its own group', () => {
    writeFiles(mount, files('', VERSION_2));
    target('0::/kubepods/pod1/abc\n');
    ourMounts(mounted('/kubepods/pod1/abc', mount));
    expect(read()).toEqual(WHOLE);
  });

  it('is read where mountinfo cannot be', () => {
    writeFiles(mount, files('', VERSION_2));
    target('0::/\n');
    expect(read()).toEqual(WHOLE);
  });

  it('is read through the root folder of a process in a container beside ours', () => {
    // The debug container's own limits, which are not the target's.
    writeFiles(mount, files('', { ...VERSION_2, 'memory.max': '1000\n' }));
    writeFiles(proc, files('42/root/sys/fs/cgroup/', VERSION_2));
    target('0::/../target\n');
    ourMounts(mounted('/', mount));
    writeFiles(proc, { '42/mountinfo': mounted('/../target', '/sys/fs/cgroup') });
    expect(read()).toEqual(WHOLE);
  });

  it('is unknown rather than another container\u2019s', () => {
    writeFiles(mount, files('', VERSION_2));
    target('0::/../target\n');
    ourMounts(mounted('/', mount));
    expect(read()).toBeUndefined();
    target('0::/kubepods/pod1/other\n');
    ourMounts(mounted('/kubepods/pod1/ours', mount));
    expect(read()).toBeUndefined();
  });

  it('counts against the limit of the pod where that is the tighter one, with what the pod uses', () => {
    writeFiles(mount, {
      ...files('pod/app/', {
        ...VERSION_2,
        'memory.max': '900\n',
        'memory.current': '100\n',
        'cpu.max': 'max 100000\n',
        'pids.max': 'max\n',
      }),
      ...files('pod/', {
        'memory.max': '800\n',
        'memory.current': '700\n',
        'cpu.max': '200000 100000\n',
        'cpu.stat': 'nr_periods 7\nnr_throttled 3\n',
        'pids.max': 'max\n',
      }),
    });
    target('0::/pod/app\n');
    ourMounts(mounted('/', mount));
    expect(read()).toMatchObject({
      memoryLimitBytes: 800,
      memoryUsageBytes: 700,
      cpuQuotaCores: 2,
      periods: 7,
      throttledPeriods: 3,
    });
    expect(read()?.pidsLimit).toBeUndefined();
  });

  it('adds up the kernel\u2019s memory where the kernel is too old to', () => {
    const stat = 'anon 10\nkernel_stack 1\npagetables 2\npercpu 3\nslab 4\n';
    writeFiles(mount, files('', { ...VERSION_2, 'memory.stat': stat }));
    target('0::/\n');
    expect(read()).toMatchObject({ memoryAnonBytes: 10, memoryKernelBytes: 10 });
  });

  it('takes off what culprit itself uses in the same group, and only there', () => {
    writeFiles(mount, files('', VERSION_2));
    target('0::/\n');
    writeFiles(proc, { 'self/cgroup': '0::/\n' });
    addProcess(proc, process.pid);
    expect(read()).toMatchObject({ ownAnonBytes: 1024 * 1024, ownCpuMicros: expect.any(Number) });
    writeFiles(proc, { 'self/cgroup': '0::/user.slice\n' });
    expect(read()).not.toHaveProperty('ownAnonBytes');
  });

  it('reads broken files as unknown', () => {
    const broken = Object.fromEntries(Object.keys(VERSION_2).map((name) => [name, 'what?\n\0 -7 1e999\n']));
    writeFiles(mount, files('', broken));
    target('0::/\nnonsense\n0\n');
    expect(read()).toBeUndefined();
  });
});

const VERSION_1 = {
  'memory.limit_in_bytes': '268435456\n',
  'memory.usage_in_bytes': '200000000\n',
  'memory.max_usage_in_bytes': '260000000\n',
  'memory.memsw.usage_in_bytes': '200004096\n',
  'memory.kmem.usage_in_bytes': '8000000\n',
  'memory.kmem.tcp.usage_in_bytes': '500000\n',
  'memory.stat':
    'rss 1\ncache 2\nhierarchical_memory_limit 268435456\ntotal_rss 150000000\ntotal_cache 30000000\ntotal_mapped_file 20000000\ntotal_shmem 1000000\ntotal_inactive_file 12000000\n',
  'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
};
const CPU_1 = {
  'cpu.cfs_quota_us': '150000\n',
  'cpu.cfs_period_us': '100000\n',
  'cpu.shares': '512\n',
  'cpu.stat': 'nr_periods 100\nnr_throttled 25\nthrottled_time 4000000\n',
};
const MEMORY_1 = {
  version: 1,
  memoryLimitBytes: 268_435_456,
  memoryUsageBytes: 200_000_000,
  memoryPeakBytes: 260_000_000,
  memoryAnonBytes: 150_000_000,
  memoryFileBytes: 30_000_000,
  memoryMappedBytes: 20_000_000,
  memorySharedBytes: 1_000_000,
  memorySocketBytes: 500_000,
  memoryKernelBytes: 8_000_000,
  memoryInactiveFileBytes: 12_000_000,
  swapBytes: 4096,
  oomKills: 2,
};
const WHOLE_1 = {
  ...MEMORY_1,
  cpuQuotaCores: 1.5,
  cpuPeriodMicros: 100_000,
  cpuShares: 512,
  cpuUsageMicros: 9,
  periods: 100,
  throttledPeriods: 25,
  throttledMicros: 4000,
  pidsLimit: undefined,
  pidsCurrent: 12,
};
const PIDS_1 = { 'pids.max': 'max\n', 'pids.current': '12\n' };
const CGROUP_1 = '9:memory:/docker/abc\n8:cpu,cpuacct:/docker/abc\n7:pids:/docker/abc\n0::/\n';

describe('cgroup version 1', () => {
  const write = (below: string) =>
    writeFiles(mount, {
      ...files(`memory/${below}`, VERSION_1),
      ...files(`cpu,cpuacct/${below}`, { ...CPU_1, 'cpuacct.usage': '9400\n' }),
      ...files(`pids/${below}`, PIDS_1),
    });
  const mounts = (root: string) =>
    mounted(root, `${mount}/memory`, 'memory') +
    mounted(root, `${mount}/cpu,cpuacct`, 'cpu,cpuacct') +
    mounted(root, `${mount}/pids`, 'pids');

  it('is read on the host, where times are nanoseconds', () => {
    write('docker/abc/');
    target(CGROUP_1);
    ourMounts(mounts('/'));
    expect(read()).toEqual(WHOLE_1);
  });

  it('is read inside the container, whose mounts begin at its own group', () => {
    write('');
    target(CGROUP_1);
    ourMounts(mounts('/docker/abc'));
    expect(read()).toEqual(WHOLE_1);
  });

  it('is read where mountinfo cannot be', () => {
    write('docker/abc/');
    target(CGROUP_1);
    expect(read()).toEqual(WHOLE_1);
  });

  it('is unknown in a container beside it, unless its root folder shows it', () => {
    write('');
    target(CGROUP_1);
    ourMounts(mounts('/docker/debug'));
    expect(read()).toBeUndefined();
    writeFiles(proc, {
      ...files('42/root/sys/fs/cgroup/memory/', VERSION_1),
      '42/mountinfo': mounted('/docker/abc', '/sys/fs/cgroup/memory', 'memory'),
    });
    expect(read()).toEqual(MEMORY_1);
  });

  it('knows of a limit above what can be seen', () => {
    write('');
    writeFiles(mount, { 'memory/memory.stat': 'total_rss 5\nhierarchical_memory_limit 1000\n' });
    target(CGROUP_1);
    ourMounts(mounts('/docker/abc'));
    expect(read()).toMatchObject({ memoryLimitBytes: 1000, memoryAnonBytes: 5 });
  });

  it('takes the largest numbers and -1 as no limit', () => {
    writeFiles(mount, {
      'memory/memory.limit_in_bytes': '9223372036854771712\n',
      'memory/memory.usage_in_bytes': '5\n',
      'memory/memory.stat': 'hierarchical_memory_limit 9223372036854771712\n',
      'cpu/cpu.cfs_quota_us': '-1\n',
      'cpu/cpu.cfs_period_us': '100000\n',
    });
    target('4:memory:/\n1:cpu:/\n');
    const found = read();
    expect(found).toMatchObject({ version: 1, memoryUsageBytes: 5 });
    expect(found?.memoryLimitBytes).toBeUndefined();
    expect(found?.cpuQuotaCores).toBeUndefined();
  });
});

describe('a cgroup that is not there', () => {
  it('is undefined when nothing is mounted, or the process is gone', () => {
    target('0::/\n');
    expect(read()).toBeUndefined();
    expect(readCgroup(4242, proc, mount)).toBeUndefined();
  });
});

describe('CPU time by thread', () => {
  /** Threads of process 42 by name, in the order in which they were started; each has used 1 s more than the one before. */
  const threads = (names: string[]) =>
    writeFiles(
      proc,
      Object.fromEntries(
        names.map((name, i) => [
          `42/task/${42 + i}/stat`,
          `${42 + i} (${name}) S ${'0 '.repeat(10)}${i * 100} 0 ${'0 '.repeat(20)}\n`,
        ]),
      ),
    );

  it('is told by the names that newer Node gives its threads', () => {
    threads([
      'MainThread',
      'DelayedTaskSche',
      'V8Worker',
      'V8Worker',
      'SignalInspector',
      'libuv-worker',
      'x',
    ]);
    expect(readThreadCpu(42, proc)).toEqual({
      mainMicros: 0,
      helperMicros: 5e6,
      poolMicros: 5e6,
      otherMicros: 11e6,
    });
  });

  it('is told by their order where they have no names', () => {
    threads(Array<string>(8).fill('node'));
    expect(readThreadCpu(42, proc)).toEqual({
      mainMicros: 0,
      helperMicros: (2 + 3 + 4 + 5) * 1e6,
      poolMicros: 0,
      otherMicros: (1 + 6 + 7) * 1e6,
    });
  });

  it('is unknown for a process that is gone', () => {
    expect(readThreadCpu(4242, proc)).toBeUndefined();
  });
});
