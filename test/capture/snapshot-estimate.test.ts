// What a snapshot would cost, and whether there is room for it: from sample /proc and cgroup folders.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeEstimate, estimateSnapshot } from '../../src/capture/heap/snapshot-estimate.ts';
import { MB } from '../support/build-observations.ts';
import { makeFolder, removeFolder, writeFiles } from '../target/fake-proc.ts';

const PID = 42;
let proc: string;
let cgroup: string;

beforeEach(() => {
  proc = makeFolder();
  cgroup = makeFolder();
});
afterEach(() => {
  removeFolder(proc);
  removeFolder(cgroup);
});

const machine = (availableBytes: number) =>
  writeFiles(proc, {
    meminfo: `MemTotal:       99999999 kB\nMemFree:   1 kB\nMemAvailable:   ${availableBytes / 1_024} kB\n`,
  });

/** A container of version 2. */
const container2 = (limitBytes: number | 'max', anonBytes: number, usageBytes = anonBytes) => {
  writeFiles(proc, { [`${PID}/cgroup`]: '0::/\n' });
  writeFiles(cgroup, {
    'memory.max': `${limitBytes}\n`,
    'memory.current': `${usageBytes}\n`,
    'memory.stat': `anon ${anonBytes}\nfile ${usageBytes - anonBytes}\n`,
  });
};

/** A container of version 1. */
const container1 = (limitBytes: number, anonBytes: number, usageBytes = anonBytes) => {
  writeFiles(proc, { [`${PID}/cgroup`]: '4:memory:/docker/abc\n0::/\n' });
  writeFiles(cgroup, {
    'memory/docker/abc/memory.limit_in_bytes': `${limitBytes}\n`,
    'memory/docker/abc/memory.usage_in_bytes': `${usageBytes}\n`,
    'memory/docker/abc/memory.stat': `rss ${anonBytes}\ntotal_rss ${anonBytes}\nhierarchical_memory_limit ${limitBytes}\n`,
  });
};

const estimate = (heapUsedBytes: number, pid: number | null = PID) =>
  estimateSnapshot(heapUsedBytes, pid, { proc, cgroup });

describe.each([
  ['version 1', container1],
  ['version 2', container2],
])('in a container of cgroup %s', (_version, container) => {
  test('a snapshot fits below a limit that is far away', () => {
    machine(64_000 * MB);
    container(4_000 * MB, 200 * MB);
    const { fits, room } = estimate(40 * MB);
    expect(fits).toBe(true);
    expect(room!.limit).toEqual({ of: 'container', bytes: 4_000 * MB });
    expect(room!.bytes).toBeLessThan(4_000 * MB - 200 * MB);
    expect(room!.bytes).toBeGreaterThan(3_000 * MB);
  });

  test('none fits where the limit leaves 1.3 times the memory in use', () => {
    machine(64_000 * MB);
    for (const used of [60, 100, 300, 1_000, 4_000]) {
      container(used * 1.3 * MB, used * MB);
      expect(estimate(used * 0.6 * MB).fits, `${used} MB in use`).toBe(false);
    }
  });

  test('pages of files are no hindrance: they are given back', () => {
    machine(64_000 * MB);
    container(4_000 * MB, 200 * MB, 3_990 * MB);
    expect(estimate(40 * MB).fits).toBe(true);
  });

  test('there is no room, and not less than none, where the limit is passed already', () => {
    machine(64_000 * MB);
    container(100 * MB, 120 * MB);
    expect(estimate(1)).toMatchObject({ fits: false, room: { bytes: 0 } });
  });

  test('the machine counts where it has less than the container may take', () => {
    machine(300 * MB);
    container(4_000 * MB, 200 * MB);
    expect(estimate(100 * MB)).toMatchObject({
      fits: false,
      room: { bytes: 300 * MB, limit: { of: 'machine' } },
    });
  });
});

test('a container without a limit is limited by the machine', () => {
  machine(300 * MB);
  container2('max', 200 * MB);
  expect(estimate(100 * MB)).toMatchObject({ fits: false, room: { limit: { of: 'machine' } } });
  expect(estimate(2 * MB).fits).toBe(true);
});

describe('where no limit is known a snapshot fits, and no room is named:', () => {
  test.each<[string, () => void, number | null]>([
    ['the process is on another machine', () => machine(1), null],
    ['/proc holds nothing', () => {}, PID],
    ['/proc/meminfo is garbage', () => writeFiles(proc, { meminfo: 'MemAvailable: much\n' }), PID],
    ['the kernel is older than MemAvailable', () => writeFiles(proc, { meminfo: 'MemFree: 12 kB\n' }), PID],
  ])('%s', (_why, prepare, pid) => {
    prepare();
    const found = estimate(8_000 * MB, pid);
    expect(found.fits).toBe(true);
    expect(found.room).toBeUndefined();
    expect(describeEstimate(found)).not.toMatch(/left below|undefined|NaN/);
  });
});

test('pause and memory grow with the heap, and an empty heap costs something, too', () => {
  const [none, small, large] = [0, 100 * MB, 1_000 * MB].map((bytes) => estimate(bytes, null));
  expect(none!.pauseMillis).toBeGreaterThan(0);
  expect(none!.extraBytes).toBeGreaterThan(10 * MB);
  expect(small!.pauseMillis).toBeGreaterThan(none!.pauseMillis);
  expect(large!.pauseMillis).toBeGreaterThan(5 * small!.pauseMillis);
  // V8's graph is many times the heap.
  expect(large!.extraBytes).toBeGreaterThan(7 * 1_000 * MB);
});

test('an estimate is told with its pause, its memory and the room there is', () => {
  machine(64_000 * MB);
  container2(400 * MB, 300 * MB);
  expect(describeEstimate(estimate(26 * MB))).toBe(
    "about 0.7 M nodes, a pause of about 2.9 s and 488 MB of extra memory (80 MB left below the container's limit of 400 MB)",
  );
});
