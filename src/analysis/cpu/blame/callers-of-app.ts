// Frameworks, and helpers that are given functions: told from all other packages by what they do, not by their names.
import type { CpuProfile } from '../../../model/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';

/**
 * Packages that call the application: frameworks, and helpers that take functions. What runs under the one or passes the other
 * is what the application does, and no fault of theirs.
 */
export function callersOfApplication({ nodes }: CpuProfile): ReadonlySet<string> {
  const callers = new Set<string>();
  // A parent's index is smaller than its children's: of each node, the innermost user code around it is known first.
  const around: (Frame | null)[] = [];
  for (const [index, { frame, parent }] of nodes.entries()) {
    const outer = parent < 0 ? null : (around[parent] ?? null);
    if (frame.owner === 'app' && outer?.owner === 'library' && outer.package !== null)
      callers.add(outer.package);
    around[index] = frame.owner === 'app' || frame.owner === 'library' ? frame : outer;
  }
  return callers;
}
