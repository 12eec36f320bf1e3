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

/** The node that leads to no parent among them; of several an element comes before a text. */
function topmost(graph: HeapGraph, nodes: readonly number[]): number {
  const inside = new Set(nodes);
  const parent = parentEdge(graph, nodes, inside);
  const hasParent = (node: number) =>
    edgesInside(graph, node, inside).some((edge) => graph.edgeNameIndex(edge) === parent);
  const tops = nodes.filter((node) => !hasParent(node));
  return tops.find((node) => domName(graph, node).startsWith('<')) ?? tops[0] ?? nodes[0]!;
}

const PARENT = /parent/;

/**
 * The edge that leads from a node to its parent: by its name or, where the browser only numbers them, the one by which most
 * nodes lead to the same: brothers share a parent and nothing else. -1 when no edge is.
 */
function parentEdge(graph: HeapGraph, nodes: readonly number[], inside: ReadonlySet<number>): number {
  const targets = new Map<number, { count: number; targets: Set<number>; name: string }>();
  for (const node of nodes)
    for (const edge of edgesInside(graph, node, inside)) {
      const index = graph.edgeNameIndex(edge);
      const known = targets.get(index) ?? {
        count: 0,
        targets: new Set(),
        name: String(graph.edgeName(edge)),
      };
      known.count += 1;
      known.targets.add(graph.edgeTarget(edge));
      targets.set(index, known);
    }
  let found = -1;
  let least = 1;
  for (const [index, { count, targets: distinct, name }] of targets) {
    if (PARENT.test(name)) return index;
    if (distinct.size / count >= least) continue;
    least = distinct.size / count;
    found = index;
  }
  return found;
}

function edgesInside(graph: HeapGraph, node: number, inside: ReadonlySet<number>): number[] {
  const edges: number[] = [];
  for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge += 1)
    if (graph.edgeTarget(edge) !== node && inside.has(graph.edgeTarget(edge))) edges.push(edge);
  return edges;
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
