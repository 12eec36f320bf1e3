// Immediate dominators by the Semi-NCA algorithm (Georgiadis, "Linear-Time Algorithms for Dominators and Related
// Problems", Princeton 2005). Of the fast algorithms it is the one with the least memory: four words a node. Its worst
// case is quadratic in depth for graphs built to hurt it; on heaps it is as good as linear.
import type { Incoming } from '../incoming.ts';
import type { Preorder } from './preorder.ts';

/**
 * Everything in preorder numbers. Turns `order.parents` into the immediate dominators and returns it; `semi` and
 * `label` are scratch with a word a node.
 */
export function dominatorsInPreorder(
  order: Preorder,
  { first, sources }: Incoming,
  semi: Uint32Array,
  label: Uint32Array,
): Uint32Array {
  const { nodeOf, numberOf, parents, lastOwned, lastReached, lastUnreachedOwned, lastRetaining } = order;
  const ancestors = parents.slice();
  const count = nodeOf.length;

  /** The least semidominator on the way from `number` up to, not including, the first ancestor below `linked`. */
  function leastAbove(number: number, linked: number): number {
    if (ancestors[number]! < linked) return label[number]!;
    // Up, turning the links round so that no stack is needed.
    let below = number;
    let at = ancestors[number]!;
    while (ancestors[at]! >= linked) {
      const above = ancestors[at]!;
      ancestors[at] = below;
      below = at;
      at = above;
    }
    // Down again, each node now linked to the top.
    const top = ancestors[at]!;
    let least = label[at]!;
    while (true) {
      const next = ancestors[below]!;
      if (label[below]! < least) least = label[below]!;
      else label[below] = least;
      ancestors[below] = top;
      if (below === number) return least;
      below = next;
    }
  }

  for (let number = count - 1; number > 0; number--) {
    const node = nodeOf[number]!;
    const end = first[node + 1]!;
    const isOwned = number <= lastOwned || (number > lastReached && number <= lastUnreachedOwned);
    let least = parents[number]!;
    for (let i = first[node]!; i < end; i++) {
      let from = numberOf[sources[i]!]!;
      if (from > lastRetaining) continue;
      if (isOwned && from > lastOwned && (from <= lastReached || from > lastUnreachedOwned)) continue;
      if (from > number) from = leastAbove(from, number + 1);
      if (from < least) least = from;
    }
    semi[number] = least;
    label[number] = least;
  }
  for (let number = 1; number < count; number++) {
    let dominator = parents[number]!;
    while (dominator > semi[number]!) dominator = parents[dominator]!;
    parents[number] = dominator;
  }
  return parents;
}
