// The path to every node that a person would take: Dijkstra's with small whole costs (Dial, 1969), from what the
// reader owns.

import type { HeapView } from '../heap-view.ts';
import type { OwnerSeed } from '../names/owners.ts';
import { edgeCost, MOST_COST } from './edge-costs.ts';

const FAR = 0xffff_ffff;

/** For each node the last edge of its path and where that edge begins; -1 at an owner and for what was not reached. */
export interface PathTree {
  parentEdge: Int32Array;
  parentNode: Int32Array;
  /** The owner at the head of a path, by node. */
  owners: Map<number, OwnerSeed>;
}

/** `onReached` is called once for every node, a parent before its children. */
export function findShortestPaths(
  view: HeapView,
  seeds: Iterable<OwnerSeed>,
  onReached?: (node: number, tree: PathTree) => void,
): PathTree {
  const { graph } = view;
  const { nodeCount } = graph;
  const tree: PathTree = {
    parentEdge: new Int32Array(nodeCount).fill(-1),
    parentNode: new Int32Array(nodeCount).fill(-1),
    owners: new Map(),
  };
  const distances = new Uint32Array(nodeCount).fill(FAR);
  const buckets: number[][] = Array.from({ length: MOST_COST + 1 }, () => []);
  for (const seed of seeds) {
    if (seed.cost >= distances[seed.node]!) continue;
    distances[seed.node] = seed.cost;
    tree.owners.set(seed.node, seed);
    buckets[seed.cost]!.push(seed.node);
  }
  const isDone = new Uint8Array(nodeCount);
  let empty = 0;
  for (let distance = 0; empty <= MOST_COST; distance += 1) {
    const bucket = buckets[distance % buckets.length]!;
    empty = bucket.length === 0 ? empty + 1 : 0;
    // Edges of cost 0 do not exist, so nothing is added to the bucket at hand.
    for (const node of bucket) {
      if (isDone[node] === 1 || distances[node] !== distance) continue;
      isDone[node] = 1;
      if (tree.parentEdge[node]! >= 0) tree.owners.delete(node);
      onReached?.(node, tree);
      const end = graph.endEdge(node);
      for (let edge = graph.firstEdge(node); edge < end; edge += 1) {
        const cost = edgeCost(view, node, edge);
        if (cost < 0) continue;
        const target = graph.edgeTarget(edge);
        if (distance + cost >= distances[target]!) continue;
        distances[target] = distance + cost;
        tree.parentEdge[target] = edge;
        tree.parentNode[target] = node;
        buckets[(distance + cost) % buckets.length]!.push(target);
      }
    }
    bucket.length = 0;
  }
  return tree;
}
