// Who runs where: the server on a core of its own, culprit and the load on the other, because what is measured is what
// the target loses. Without `taskset`, or on one core, all share.
import { execFileSync, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

export const SERVER_CORE = 0;
export const OTHER_CORE = 1;
export const isPinned = canPin();

function canPin() {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Server and load go before all else where they share a core, or a late load would read as a slow target. */
const FIRST = ['nice', '-n', '-15'];

/**
 * Spawns node with these arguments on that core; the pid is node's own. `nice` runs it all the same where only root may
 * go first.
 */
export function startOn(core, args, { isFirst = false, ...options } = {}) {
  const command = [
    ...(isFirst ? FIRST : []),
    ...(isPinned ? ['taskset', '-c', String(core)] : []),
    process.execPath,
    ...args,
  ];
  return spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'], ...options });
}
