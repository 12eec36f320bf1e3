// Which functions of the program a package calls: they tell what of the program it works for, where no code of the program is around
// it on the stack.
import type { CpuProfile } from '../../../model/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';
import { functionKey } from './blame.ts';

/** Those that the package calls itself, the most time first. */
export function calledBack({ nodes }: CpuProfile, name: string): Frame[] {
  const called = new Map<string, { frame: Frame; micros: number }>();
  /** The nearest user code around each node. A parent's index is smaller than its children's. */
  const around: (Frame | null)[] = [];
  for (const [index, { frame, parent, totalMicros }] of nodes.entries()) {
    const outer = around[parent] ?? null;
    around[index] = frame.owner === 'app' || frame.owner === 'library' ? frame : outer;
    if (frame.owner !== 'app' || outer?.owner !== 'library' || outer.package !== name) continue;
    const known = called.get(functionKey(frame));
    if (known) known.micros += totalMicros;
    else called.set(functionKey(frame), { frame, micros: totalMicros });
  }
  return [...called.values()].sort((a, b) => b.micros - a.micros).map(({ frame }) => frame);
}
