// Which functions and modules are on the stacks that hold most of a sampled heap: where to search first for what retains it.
import { ownerOf, plainPath } from '../../model/owner/owner.ts';
import type { WalkFirst } from '../../probe/probe-protocol.ts';

/** The tree of `HeapProfiler.getSamplingProfile`. */
export interface AllocationNode {
  callFrame: { functionName: string; url: string };
  selfSize: number;
  children: AllocationNode[];
}

const MOST_STACKS = 8;
const MOST_NAMES = 64;
const MOST_FILES = 16;

/** Those of the program and its libraries, of the largest stack first and on each the innermost first. */
export function allocatingPlaces(head: AllocationNode): WalkFirst {
  const parents = new Map<AllocationNode, AllocationNode>();
  const line = [head];
  for (let node = line.pop(); node; node = line.pop())
    for (const child of node.children) {
      parents.set(child, node);
      line.push(child);
    }
  const largest = [...parents.keys()].sort((a, b) => b.selfSize - a.selfSize).slice(0, MOST_STACKS);
  const names = new Set<string>();
  const files = new Set<string>();
  for (const leaf of largest)
    for (let at: AllocationNode | undefined = leaf; at && names.size < MOST_NAMES; at = parents.get(at)) {
      const { url, functionName } = at.callFrame;
      const owner = ownerOf(url);
      if (url === '' || (owner !== 'app' && owner !== 'library')) continue;
      if (functionName !== '') names.add(plainName(functionName));
      if (files.size < MOST_FILES) files.add(plainPath(url));
    }
  return { names: [...names], files: [...files] };
}

/** V8 puts the class before the name of a method in some stacks. */
const plainName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
