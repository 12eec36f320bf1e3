// One snapshot made ready for questions: V8's words, places in code, and a path to every node.
import type { DominatorTree } from '../../../model/heap/dominators.ts';
import type { HeapGraph } from '../../../model/heap/heap-graph.ts';
import { viewHeap } from '../heap-view.ts';
import { findCodePlaces } from '../names/code-places.ts';
import { findOwners, type OwnerSeed } from '../names/owners.ts';
import type { HeapPaths } from './retainer-path.ts';
import { findShortestPaths, type PathTree } from './shortest-paths.ts';

/** Takes about 14 bytes a node. `onReached` is called for every node, a parent before its children. */
export function findHeapPaths(
  graph: HeapGraph,
  dominators: DominatorTree,
  onReached?: (paths: HeapPaths, node: number) => void,
): HeapPaths {
  const view = viewHeap(graph);
  const places = findCodePlaces(view);
  const owners = findOwners(view, places);
  const keptBytes = keptWithoutModules(graph, dominators, owners);
  const paths = { view, places, keptBytes } as HeapPaths;
  paths.tree = findShortestPaths(
    view,
    owners,
    onReached &&
      ((node: number, tree: PathTree) => {
        paths.tree = tree;
        onReached(paths, node);
      }),
  );
  return paths;
}

function keptWithoutModules(graph: HeapGraph, dominators: DominatorTree, owners: OwnerSeed[]) {
  const modules = new Set(
    owners.filter(({ owner }) => owner.kind === 'module-variable').map(({ node }) => node),
  );
  const others = new Map<number, number>();
  for (const module of modules) {
    const bytes = dominators.retainedBytes(module);
    for (
      let at = dominators.immediateDominator(module);
      at !== graph.root;
      at = dominators.immediateDominator(at)
    ) {
      // The outer module's own bytes were taken off already, and these with them.
      if (modules.has(at)) break;
      others.set(at, (others.get(at) ?? 0) + bytes);
    }
  }
  return (node: number) => dominators.retainedBytes(node) - (others.get(node) ?? 0);
}
