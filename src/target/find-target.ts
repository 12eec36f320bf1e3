// From the word that names a target on the command line to the one process or inspector that it means, or to all of a
// family.
import { servingRelatives } from './family/serving.ts';
import { type ResolvedTarget, type ResolveOptions, resolveAll, resolveTarget } from './find.ts';
import { listNodeProcesses, type NodeProcess } from './processes.ts';
import { parseTarget } from './target-word.ts';

/** Throws UsageError when nothing matches, SeveralMatch when more than one does. */
export async function findTarget(target: string, options: ResolveOptions = {}): Promise<ResolvedTarget> {
  const spec = parseTarget(target);
  const processes = spec.kind === 'web-socket' ? [] : await listNodeProcesses({ asksPorts: false });
  return resolveTarget(spec, processes, options);
}

/** Every process that does the work of what is meant. Throws UsageError. */
export async function findAll(target: string): Promise<NodeProcess[]> {
  return resolveAll(parseTarget(target), await listNodeProcesses({ asksPorts: false }));
}

/** Where the work of a family is done when `pid` does none of it, as a sentence; undefined: it has no relatives that serve. */
export async function sayWhoServes(pid: number): Promise<string | undefined> {
  const found = servingRelatives(pid, await listNodeProcesses({ asksPorts: false }));
  const [first, ...others] = found;
  if (!first) return undefined;
  const rest = others.length === 0 ? '' : `, or at ${others.map((other) => other.pid).join(', ')}`;
  return `Diagnose process ${first.pid} (${first.command})${rest}.`;
}
