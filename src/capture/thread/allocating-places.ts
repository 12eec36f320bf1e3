// Which functions and modules are on the stacks that hold most of a sampled heap: where to search first for what retains it.
import { functionKey } from '../../model/owner/function-key.ts';
import { ownerOf, plainPath } from '../../model/owner/owner.ts';
import type { WalkFirst } from '../../probe/probe-protocol.ts';

/** The tree of `HeapProfiler.getSamplingProfile`. */
export interface AllocationNode {
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  selfSize: number;
  children: AllocationNode[];
}

const MOST_STACKS = 8;
const MOST_NAMES = 64;
const MOST_FILES = 16;
const MOST_CALLERS = 64;

/**
 * Those of the program and its libraries, of the largest stack first and on each the innermost first. What calls the program, such as
 * a router, does not retain what the program allocates, but leads to it.
 */
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
  const callers = new Set<string>();
  for (const leaf of largest) {
    let isInProgram = false;
    let isCaller = false;
    for (let at: AllocationNode | undefined = leaf; at; at = parents.get(at)) {
      const { url, functionName, lineNumber: line, columnNumber: column } = at.callFrame;
      const owner = ownerOf(url);
      if (url === '' || (owner !== 'app' && owner !== 'library')) continue;
      if (owner === 'app') isInProgram = true;
      else if (isInProgram) isCaller = true;
      if (isCaller && owner === 'library' && callers.size < MOST_CALLERS)
        callers.add(functionKey({ url, line, column }));
      if (isCaller) continue;
      if (functionName !== '' && names.size < MOST_NAMES) names.add(plainName(functionName));
      if (files.size < MOST_FILES) files.add(plainPath(url));
    }
  }
  return { names: [...names], files: [...files], callers: [...callers] };
}

/** V8 puts the class before the name of a method in some stacks. */
const plainName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
