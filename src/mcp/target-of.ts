// From the pid that a model names to the process that does the work: a wrapper leads to its program.
import { UsageError } from '../errors.ts';
import { findTarget } from '../target/find-target.ts';

export interface LookTarget {
  pid: number;
  /** Why it is another process than the named one. */
  note?: string;
}

/** Throws UsageError when it is no process of Node.js, and for ourselves. */
export async function targetOf(pid: number): Promise<LookTarget> {
  if (pid === process.pid)
    throw new UsageError('That is this server itself.', 'list_processes lists the others.');
  const target = await findTarget(String(pid));
  if (target.kind !== 'process')
    throw new UsageError(`${pid} is not a process here.`, 'list_processes lists the processes.');
  return { pid: target.pid, ...(target.note !== undefined && { note: target.note }) };
}
