// How much more memory a process may take before its container, or the machine, runs out.

import { readCgroup } from '../../signals/passive/cgroup.ts';
import { known, readText } from '../../target/proc/proc-file.ts';
import { MIB } from '../../units/bytes.ts';
import type { MemoryLimit } from '../../units/memory-limit.ts';

/** The kernel wants some of a container's memory for itself and for file pages. */
const KERNEL_SHARE = 0.05;

export const megabytes = (bytes: number) => `${Math.round(bytes / MIB)} MB`;

export interface MemoryRoom {
  bytes: number;
  limit: MemoryLimit;
}

/** What is left for a process below the tightest limit that can be seen; undefined when none is known. */
export function memoryRoom(
  pid: number,
  roots: { proc?: string; cgroup?: string } = {},
): MemoryRoom | undefined {
  const rooms = [containerRoom(pid, roots), machineRoom(roots.proc)].filter((room) => room !== undefined);
  return rooms.sort((a, b) => a.bytes - b.bytes)[0];
}

/** Less than this, and the capture itself is felt: profiles, hooks and lists take some megabytes. */
const TIGHT_BYTES = 48 * MIB;

/** Every megabyte that the capture takes counts. False where nothing is known of the target's memory. */
export function isMemoryTight(pid: number | null): boolean {
  const room = pid === null ? undefined : memoryRoom(pid);
  return room !== undefined && room.bytes < TIGHT_BYTES;
}

/** File pages are given back before anybody is killed: what counts is the anonymous memory. */
function containerRoom(pid: number, roots: { proc?: string; cgroup?: string }): MemoryRoom | undefined {
  const { memoryLimitBytes, memoryAnonBytes, memoryUsageBytes } =
    readCgroup(pid, roots.proc, roots.cgroup) ?? {};
  const used = memoryAnonBytes ?? memoryUsageBytes;
  if (memoryLimitBytes === undefined || used === undefined) return undefined;
  const bytes = Math.max(0, memoryLimitBytes * (1 - KERNEL_SHARE) - used);
  return { bytes, limit: { of: 'container', bytes: memoryLimitBytes } };
}

function machineRoom(proc = '/proc'): MemoryRoom | undefined {
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(known(readText(`${proc}/meminfo`)) ?? '')?.[1];
  return kilobytes === undefined ? undefined : { bytes: Number(kilobytes) * 1024, limit: { of: 'machine' } };
}
