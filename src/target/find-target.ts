// The word that names a target on the command line, to the one process or inspector that it means.
import { parseTarget, type ResolvedTarget, resolveTarget } from './find.ts';
import { listNodeProcesses } from './proc/processes.ts';

/** Throws UsageError when nothing or more than one matches. */
export async function findTarget(target: string): Promise<ResolvedTarget> {
  const spec = parseTarget(target);
  const needsList = spec.kind === 'pattern' || spec.kind === 'port';
  return resolveTarget(spec, needsList ? await listNodeProcesses() : []);
}
