// "Most of it was spent in X", measured: from the outermost call inwards, always into the call that holds most, for as long
// as it holds the larger part of the whole.
import type { CpuProfile } from '../../../model/cpu-profile.ts';

export interface WidestPath {
  /** The node where the path ends: of all that it calls nothing holds the larger part. */
  node: number;
  /** Of the whole, 0..1. */
  share: number;
  /** Of the whole, what the node spent itself, 0..1. */
  ownShare: number;
  /** How many different calls the rest is spread over. */
  calleeCount: number;
}

const LARGER_PART = 0.5;

/** `self` has the time of the whole in each node itself. null: even of the outermost calls none holds the larger part. */
export function widestPath({ nodes }: CpuProfile, self: ReadonlyMap<number, number>): WidestPath | null {
  const total = new Map<number, number>();
  let whole = 0;
  for (const [leaf, micros] of self) {
    whole += micros;
    for (let at = leaf; at >= 0; at = nodes[at]!.parent) total.set(at, (total.get(at) ?? 0) + micros);
  }
  const children = new Map<number, number[]>();
  for (const node of total.keys()) {
    const siblings = children.get(nodes[node]!.parent);
    if (siblings) siblings.push(node);
    else children.set(nodes[node]!.parent, [node]);
  }
  return descend(nodes, {
    whole,
    selfOf: (node) => self.get(node) ?? 0,
    totalOf: (node) => total.get(node)!,
    childrenOf: (node) => children.get(node) ?? [],
  });
}

/** The same for a whole profile: `self` has the time of every node. */
export function widestOfAll({ nodes }: CpuProfile, self: Float64Array): WidestPath | null {
  const total = Float64Array.from(self);
  for (let i = nodes.length - 1; i > 0; i--) total[nodes[i]!.parent]! += total[i]!;
  const firstChild = new Int32Array(nodes.length).fill(-1);
  const nextSibling = new Int32Array(nodes.length).fill(-1);
  for (let i = nodes.length - 1; i > 0; i--) {
    if (total[i] === 0) continue;
    nextSibling[i] = firstChild[nodes[i]!.parent]!;
    firstChild[nodes[i]!.parent] = i;
  }
  return descend(nodes, {
    whole: total[0] ?? 0,
    selfOf: (node) => self[node]!,
    totalOf: (node) => total[node]!,
    childrenOf(node) {
      const children: number[] = [];
      for (let at = firstChild[node]!; at >= 0; at = nextSibling[at]!) children.push(at);
      return children;
    },
  });
}

interface Amounts {
  whole: number;
  selfOf(node: number): number;
  totalOf(node: number): number;
  /** Those that hold any of it. */
  childrenOf(node: number): readonly number[];
}

function descend(
  nodes: CpuProfile['nodes'],
  { whole, selfOf, totalOf, childrenOf }: Amounts,
): WidestPath | null {
  const least = whole * LARGER_PART;
  let at = 0;
  for (;;) {
    let widest = -1;
    for (const node of childrenOf(at)) if (widest < 0 || totalOf(node) > totalOf(widest)) widest = node;
    if (widest < 0 || !(totalOf(widest) > least)) break;
    at = widest;
  }
  if (whole <= 0 || nodes[at]!.parent < 0) return null;
  return {
    node: at,
    share: Math.min(1, totalOf(at) / whole),
    ownShare: Math.min(1, selfOf(at) / whole),
    calleeCount: childrenOf(at).length,
  };
}
