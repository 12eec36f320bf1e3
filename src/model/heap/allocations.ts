// Who allocated what: V8 keeps the stack of each allocation while it tracks them (an allocation timeline of DevTools, or
// `HeapProfiler.startTrackingHeapObjects`). Stacks are a tree of functions, and a node names its place in it.

export interface AllocationTraces {
  /** By node: its place in the tree; 0 for what was there before tracking began. */
  nodes: Uint32Array;
  /** By place in the tree. */
  stacks: Map<number, { function: number; parent: number }>;
  /** Name and script are indexes of strings; line and column are 1-based, and 0 where V8 knew none. */
  functions: { name: number; script: number; line: number; column: number }[];
}

/** A function on such a stack. */
export interface AllocationFrame {
  functionName: string;
  script: string;
  line: number | null;
  column: number | null;
}

/** V8 records no deeper stack. */
const MOST_FRAMES = 64;

/** Innermost first; [] for what was not tracked. `textOf` gives a string by its index. */
export function allocationStack(
  traces: AllocationTraces | undefined,
  node: number,
  textOf: (index: number) => string,
): AllocationFrame[] {
  const frames: AllocationFrame[] = [];
  let at = traces?.nodes[node] ?? 0;
  while (traces && frames.length < MOST_FRAMES) {
    const stack = traces.stacks.get(at);
    const found = stack && traces.functions[stack.function];
    if (!stack || !found) break;
    // The tree's own root is a function without a script.
    if (stack.parent !== 0)
      frames.push({
        functionName: textOf(found.name),
        script: textOf(found.script),
        line: found.line || null,
        column: found.column || null,
      });
    at = stack.parent;
  }
  return frames;
}
