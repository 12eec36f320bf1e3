// CPU time of the threads of a process, by what Node uses them for: the main thread, V8's helpers (collecting garbage,
// compiling), libuv's pool, and the rest. Node names them from 22 and 24 on; before that their order tells: Node starts
// a scheduler first, then V8's four helpers, then the inspector's own thread, and all others when they are needed.
import type { ThreadCpu } from '../../model/samples.ts';
import { readStat } from '../../target/proc/proc.ts';
import { known, readNames } from '../../target/proc/proc-file.ts';

const MAX_THREADS = 256;
const HELPERS_FROM = 2;
const HELPERS_TO = 6;

/** Undefined when the process is gone, or has more threads than are worth reading each second. */
export function readThreadCpu(pid: number, root = '/proc'): ThreadCpu | undefined {
  const ids = (known(readNames(`${root}/${pid}/task`)) ?? []).map(Number).sort((a, b) => a - b);
  if (ids.length === 0 || ids.length > MAX_THREADS) return undefined;
  const threads = ids.flatMap((id) => {
    const stat = readStat(id, `${root}/${pid}/task`);
    return stat ? [{ id, name: stat.comm, cpuMicros: stat.cpuMicros }] : [];
  });
  const isNamed = threads.some(({ name }) => name.endsWith('V8Worker'));
  const roleOf = ({ id, name }: { id: number; name: string }): keyof ThreadCpu => {
    if (id === pid) return 'mainMicros';
    if (name === 'libuv-worker') return 'poolMicros';
    const at = ids.indexOf(id);
    const isHelper = isNamed ? name.endsWith('V8Worker') : at >= HELPERS_FROM && at < HELPERS_TO;
    return isHelper ? 'helperMicros' : 'otherMicros';
  };
  const sums: ThreadCpu = { mainMicros: 0, helperMicros: 0, poolMicros: 0, otherMicros: 0 };
  for (const thread of threads) sums[roleOf(thread)] += thread.cpuMicros;
  return sums;
}
