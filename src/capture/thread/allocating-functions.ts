// Which functions are on the stacks that hold most of a sampled heap: where to search first for what retains it.
import { ownerOf } from '../../model/owner/owner.ts';

/** The tree of `HeapProfiler.getSamplingProfile`. */
export interface AllocationNode {
  callFrame: { functionName: string; url: string };
  selfSize: number;
  children: AllocationNode[];
}

const MOST_STACKS = 8;
const MOST_NAMES = 64;

/** Their names, of the program and its libraries, those of the largest stack first and on each the innermost first. */
export function allocatingFunctions(head: AllocationNode): string[] {
  const parents = new Map<AllocationNode, AllocationNode>();
  const line = [head];
  for (let node = line.pop(); node; node = line.pop())
    for (const child of node.children) {
      parents.set(child, node);
      line.push(child);
    }
  const largest = [...parents.keys()].sort((a, b) => b.selfSize - a.selfSize).slice(0, MOST_STACKS);
  const names = new Set<string>();
  for (const leaf of largest)
    for (let at: AllocationNode | undefined = leaf; at && names.size < MOST_NAMES; at = parents.get(at)) {
      const owner = ownerOf(at.callFrame.url);
      const isTheirs = owner === 'app' || owner === 'library';
      if (isTheirs && at.callFrame.url !== '' && at.callFrame.functionName !== '')
        names.add(plainName(at.callFrame.functionName));
    }
  return [...names];
}

/** V8 puts the class before the name of a method in some stacks. */
const plainName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
