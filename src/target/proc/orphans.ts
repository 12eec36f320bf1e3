// Processes that outlive the child which started them: a shell is killed, and its commands go on. The kernel gives them
// another parent, so they are recognised only if they were seen below the process before.
import type { ChildProcess } from '../../model/samples.ts';
import { listedChildren } from './children.ts';
import { shortCommand } from './command.ts';
import { readCmdline, readStat } from './proc.ts';

/** What is remembered of one process from look to look. */
export interface Orphans {
  /** The orphans there are now. `children` are those of this look; zombies are left out. */
  look(children: readonly ChildProcess[], root?: string): ChildProcess[];
}

/** Below each child so many levels are looked at, and so many processes are remembered. */
const MOST_LEVELS = 4;
const MOST_REMEMBERED = 1_000;

export function createOrphans(): Orphans {
  /** By pid: when it started, which with the pid is its identity. */
  let seenBelow = new Map<number, number>();
  return {
    look(children, root = '/proc') {
      const direct = new Set(children.map(({ pid }) => pid));
      const below = descendants([...direct], root);
      const orphans = [...seenBelow].flatMap(([pid, startTicks]) => {
        if (below.has(pid) || direct.has(pid)) return [];
        const stat = readStat(pid, root);
        if (stat?.startTicks !== startTicks || /[ZX]/.test(stat.state)) return [];
        const command = shortCommand(readCmdline(pid, root) ?? [], stat.comm);
        return [{ pid, command, state: stat.state, startTicks, isOrphan: true }];
      });
      const known = new Map([...orphans.map(({ pid, startTicks }) => [pid, startTicks] as const), ...below]);
      seenBelow = new Map([...known].slice(0, MOST_REMEMBERED));
      return orphans;
    },
  };
}

/** What runs below these processes, without them: when each started, by pid. Empty where the kernel does not list children. */
function descendants(pids: readonly number[], root: string): Map<number, number> {
  const found = new Map<number, number>();
  let level = pids;
  for (let depth = 0; depth < MOST_LEVELS && level.length > 0; depth++) {
    const next = level.flatMap((pid) => listedChildren(pid, root) ?? []).filter((pid) => !found.has(pid));
    for (const pid of next.slice(0, MOST_REMEMBERED - found.size)) {
      const startTicks = readStat(pid, root)?.startTicks;
      if (startTicks !== undefined) found.set(pid, startTicks);
    }
    level = next.filter((pid) => found.has(pid));
  }
  return found;
}
