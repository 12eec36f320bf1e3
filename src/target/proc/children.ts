// The direct children of a process, zombies included.
import type { ChildProcess } from '../../model/samples.ts';
import { shortCommand } from './command.ts';
import { listPids, readCmdline, readStat } from './proc.ts';
import { known, readNames, readText } from './proc-file.ts';

/**
 * Children of each thread as the kernel lists them: some files instead of one for every process on the machine.
 * Undefined on kernels built without CONFIG_PROC_CHILDREN.
 */
export function listedChildren(pid: number, root: string): number[] | undefined {
  const lists = (known(readNames(`${root}/${pid}/task`)) ?? []).map((thread) =>
    known(readText(`${root}/${pid}/task/${thread}/children`)),
  );
  if (lists.every((list) => list === undefined)) return undefined;
  return lists.flatMap((list) => list?.match(/\d+/g) ?? []).map(Number);
}

function scannedChildren(pid: number, root: string): number[] {
  return listPids(root).filter((candidate) => readStat(candidate, root)?.parentPid === pid);
}

/** Direct children by pid. One that ends while we read is left out. */
export function readChildren(pid: number, root = '/proc'): ChildProcess[] {
  const pids = listedChildren(pid, root) ?? scannedChildren(pid, root);
  return pids
    .sort((a, b) => a - b)
    .flatMap((child) => {
      const stat = readStat(child, root);
      if (!stat) return [];
      const command = shortCommand(readCmdline(child, root) ?? [], stat.comm);
      return [{ pid: child, command, state: stat.state, startTicks: stat.startTicks }];
    });
}

/** How many children of each of these processes have ended and were not waited for; those with none are left out. */
export function countZombies(pids: readonly number[], root = '/proc'): { pid: number; zombies: number }[] {
  const wanted = new Set(pids);
  const counts = new Map<number, number>();
  for (const pid of listPids(root)) {
    const stat = readStat(pid, root);
    if (stat?.state === 'Z' && wanted.has(stat.parentPid))
      counts.set(stat.parentPid, (counts.get(stat.parentPid) ?? 0) + 1);
  }
  return [...counts].map(([pid, zombies]) => ({ pid, zombies }));
}
