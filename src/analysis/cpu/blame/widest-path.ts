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
export function widestPath(
  { nodes }: CpuProfile,
  self: ReadonlyMap<number, number>,
  start = 0,
): WidestPath | null {
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
  const least = whole * LARGER_PART;
  let at = start;
  for (;;) {
    const widest = (children.get(at) ?? []).reduce(
      (best, node) => (total.get(node)! > (total.get(best) ?? 0) ? node : best),
      -1,
    );
    if (widest < 0 || !(total.get(widest)! > least)) break;
    at = widest;
  }
  if (whole <= 0 || nodes[at]!.parent < 0) return null;
  return {
    node: at,
    share: Math.min(1, total.get(at)! / whole),
    ownShare: Math.min(1, (self.get(at) ?? 0) / whole),
    calleeCount: (children.get(at) ?? []).length,
  };
}
