// A memory cgroup (version 1) of our own, and what it and /proc say of the memory of a process in it.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MOUNT = '/sys/fs/cgroup/memory';

/** Why no group can be made here; undefined when one can. */
export function whyNoGroup() {
  if (existsSync(join(MOUNT, 'memory.limit_in_bytes')) && process.getuid() === 0) return undefined;
  return `This needs root and the memory controller of cgroup version 1 at ${MOUNT}.`;
}

/** Removed again by `stop()`, once the processes in it have ended. */
export function makeGroup(name) {
  const folder = join(MOUNT, `culprit-${process.pid}-${name}`);
  mkdirSync(folder);
  const write = (file, value) => {
    if (existsSync(join(folder, file))) writeFileSync(join(folder, file), String(value));
  };
  const read = (file) => readFileSync(join(folder, file), 'utf8');
  write('memory.swappiness', 0);
  return {
    folder,
    usedBytes: () => Number(read('memory.usage_in_bytes')),
    peakBytes: () => Number(read('memory.max_usage_in_bytes')),
    resetPeak: () => write('memory.max_usage_in_bytes', 0),
    /** Memory and, where the kernel counts it, memory with swap: the page-out of one must not hide the other. */
    limit(bytes) {
      // Neither may be above the other at any moment: lift the second before the first is set.
      write('memory.memsw.limit_in_bytes', -1);
      write('memory.limit_in_bytes', bytes);
      write('memory.memsw.limit_in_bytes', bytes);
    },
    kills: () => Number(/oom_kill (\d+)/.exec(read('memory.oom_control'))?.[1] ?? 0),
    async stop() {
      // An ended process leaves its group a moment later.
      for (let tries = 0; existsSync(folder) && tries < 50; tries++) {
        try {
          rmdirSync(folder);
        } catch {
          await delay(100);
        }
      }
    },
  };
}

/** A number of /proc/<pid>/status, in bytes; 0 when the process is gone. */
export function statusBytes(pid, name) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Field 22 of /proc/<pid>/stat tells a process from another one with its pid. */
export function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** How far memory rises above where it stands while `work` goes on: the group's and the process's own peak. */
export async function watchPeak(group, pid, work) {
  // 5 puts the peak RSS back to the present one: proc(5).
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  group.resetPeak();
  const before = { group: group.usedBytes(), rss: statusBytes(pid, 'VmRSS') };
  const result = await work();
  const peak = { group: group.peakBytes(), rss: statusBytes(pid, 'VmHWM') };
  return { before, peak, result };
}
