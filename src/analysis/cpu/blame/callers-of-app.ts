// Frameworks, and helpers that are given functions: recognised by what they do, not by their names.
import type { CpuProfile } from '../../../model/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';

/** Of a package's time with all that it calls, what is the application's again. A template that was compiled is little of it. */
const LEAST_SHARE = 0.2;

/**
 * Packages that call the application. What runs under the one or passes the other is what the application does, and no fault
 * of theirs.
 */
export function callersOfApplication({ nodes }: CpuProfile): ReadonlySet<string> {
  const all = new Map<string, number>();
  const handedBack = new Map<string, number>();
  const add = (to: Map<string, number>, name: string, micros: number) =>
    to.set(name, (to.get(name) ?? 0) + micros);
  // A parent's index is smaller than its children's: of each node, the user code around it is known first.
  const around: (Frame | null)[] = [];
  const packagesAround: ReadonlySet<string>[] = [];
  for (const [index, { frame, parent, totalMicros }] of nodes.entries()) {
    const outer = around[parent] ?? null;
    const packages = packagesAround[parent] ?? NONE;
    const { owner, package: name } = frame;
    around[index] = owner === 'app' || owner === 'library' ? frame : outer;
    packagesAround[index] = packages;
    if (owner === 'app' && outer?.owner === 'library' && outer.package !== null)
      add(handedBack, outer.package, totalMicros);
    if (owner !== 'library' || name === null || packages.has(name)) continue;
    add(all, name, totalMicros);
    packagesAround[index] = new Set([...packages, name]);
  }
  return new Set(
    [...handedBack].filter(([name, micros]) => micros >= all.get(name)! * LEAST_SHARE).map(([name]) => name),
  );
}

const NONE: ReadonlySet<string> = new Set();
