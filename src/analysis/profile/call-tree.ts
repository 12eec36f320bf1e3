// The shape of a call tree: children of each node, and what holds with a function anywhere above.
import type { CpuProfile } from '../../model/cpu-profile.ts';

type Nodes = CpuProfile['nodes'];

/** By node: its first child and its next sibling; -1 is none. */
export interface Links {
  firstChild: Int32Array;
  nextSibling: Int32Array;
}

export function linksOf(nodes: Nodes): Links {
  const firstChild = new Int32Array(nodes.length).fill(-1);
  const nextSibling = new Int32Array(nodes.length).fill(-1);
  for (let i = nodes.length - 1; i > 0; i--) {
    const parent = nodes[i]!.parent;
    nextSibling[i] = firstChild[parent]!;
    firstChild[parent] = i;
  }
  return { firstChild, nextSibling };
}

export function* childrenOf({ firstChild, nextSibling }: Links, node: number): Generator<number> {
  for (let at = firstChild[node] ?? -1; at >= 0; at = nextSibling[at]!) yield at;
}

/** Own and total amounts by key; in a recursion the total counts once. A node without a key belongs to nobody. */
export function tally(
  nodes: Nodes,
  links: Links,
  keyOf: (node: Nodes[number]) => string | null,
): Map<string, { first: number; self: number; total: number }> {
  const found = new Map<string, { first: number; self: number; total: number }>();
  const open = new Map<string, number>();
  const keys: (string | null)[] = [];
  const path: number[] = [];
  const leave = () => {
    path.pop();
    const key = keys.pop() ?? null;
    if (key !== null) open.set(key, open.get(key)! - 1);
  };
  for (const index of depthFirst(links)) {
    const node = nodes[index]!;
    while (path.length > 0 && path.at(-1) !== node.parent) leave();
    const key = keyOf(node);
    path.push(index);
    keys.push(key);
    if (key === null) continue;
    const entry = found.get(key) ?? { first: index, self: 0, total: 0 };
    found.set(key, entry);
    entry.self += node.selfMicros;
    const depth = open.get(key) ?? 0;
    if (depth === 0) entry.total += node.totalMicros;
    open.set(key, depth + 1);
  }
  return found;
}

function* depthFirst(links: Links): Generator<number> {
  const stack = [0];
  while (stack.length > 0) {
    const index = stack.pop()!;
    yield index;
    for (const child of childrenOf(links, index)) stack.push(child);
  }
}
