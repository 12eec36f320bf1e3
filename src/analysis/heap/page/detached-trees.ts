// Trees of the DOM that are in no document and that something keeps: which there are, and who holds them.
import type { DominatorTree } from '../../../model/heap/dominators.ts';
import { EdgeType, type HeapGraph } from '../../../model/heap/heap-graph.ts';
import type { HeapDetached } from '../../../model/heap/heap-report.ts';
import { type HeapPaths, retainerPathTo } from '../paths/retainer-path.ts';
import { domName, isDetached } from './dom-nodes.ts';

/** All trees of one snapshot with the same topmost node. */
export interface DetachedTrees {
  name: string;
  trees: number;
  nodes: number;
  /** What would go with all of them. */
  bytes: number;
  /** The node of any of them that keeps most. */
  biggest: number;
}

/** Trees are nodes that lead to each other. Names are those of the topmost nodes. */
export function findDetachedTrees(graph: HeapGraph, dominators: DominatorTree): DetachedTrees[] {
  const treeOf = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node += 1) if (isDetached(graph, node)) treeOf.set(node, node);
  joinTrees(graph, treeOf);
  const trees = new Map<number, number[]>();
  for (const node of treeOf.keys()) {
    const tree = headOf(treeOf, node);
    const known = trees.get(tree);
    if (known) known.push(node);
    else trees.set(tree, [node]);
  }
  const groups = new Map<string, DetachedTrees>();
  for (const nodes of trees.values()) {
    const name = domName(graph, topmost(graph, nodes));
    const group = groups.get(name) ?? { name, trees: 0, nodes: 0, bytes: 0, biggest: nodes[0]! };
    group.trees += 1;
    group.nodes += nodes.length;
    const inside = new Set(nodes);
    // What holds the tree holds it by these nodes.
    for (const node of nodes) {
      if (inside.has(dominators.immediateDominator(node))) continue;
      group.bytes += dominators.retainedBytes(node);
      if (dominators.retainedBytes(node) > dominators.retainedBytes(group.biggest)) group.biggest = node;
    }
    groups.set(name, group);
  }
  return [...groups.values()];
}

function headOf(treeOf: Map<number, number>, node: number): number {
  let at = node;
  while (treeOf.get(at)! !== at) {
    // Halves the way for the next who asks.
    treeOf.set(at, treeOf.get(treeOf.get(at)!)!);
    at = treeOf.get(at)!;
  }
  return at;
}

function joinTrees(graph: HeapGraph, treeOf: Map<number, number>): void {
  for (const node of treeOf.keys()) {
    for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge += 1) {
      const target = graph.edgeTarget(edge);
      if (graph.edgeType(edge) === EdgeType.weak || !treeOf.has(target)) continue;
      const [a, b] = [headOf(treeOf, node), headOf(treeOf, target)];
      if (a !== b) treeOf.set(Math.max(a, b), Math.min(a, b));
    }
  }
}

const PARENT = /parent/;

/** The node that names no other of them as its parent; of several an element comes before a text. */
function topmost(graph: HeapGraph, nodes: readonly number[]): number {
  const inside = new Set(nodes);
  const hasParent = (node: number) => {
    for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge += 1) {
      if (!inside.has(graph.edgeTarget(edge)) || graph.edgeTarget(edge) === node) continue;
      if (PARENT.test(String(graph.edgeName(edge)))) return true;
    }
    return false;
  };
  const tops = nodes.filter((node) => !hasParent(node));
  return tops.find((node) => domName(graph, node).startsWith('<')) ?? tops[0] ?? nodes[0]!;
}

/** `snapshots` are those of each snapshot, the last one's with its paths. Most trees first. */
export function describeDetached(snapshots: readonly DetachedTrees[][], paths: HeapPaths): HeapDetached[] {
  return snapshots
    .at(-1)!
    .map(({ name, nodes, bytes, biggest }) => ({
      name,
      trees: snapshots.map((groups) => groups.find((group) => group.name === name)?.trees ?? 0),
      nodes,
      retainedBytes: bytes,
      path: retainerPathTo(paths, biggest),
    }))
    .sort((a, b) => b.trees.at(-1)! - a.trees.at(-1)! || b.retainedBytes - a.retainedBytes);
}
