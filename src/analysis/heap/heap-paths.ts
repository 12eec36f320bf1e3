// One snapshot made ready for questions: V8's words, places in code, and a path to every node.
import type { HeapGraph } from '../../model/heap-graph.ts';
import { findCodePlaces } from './code-places.ts';
import { viewHeap } from './heap-view.ts';
import { findOwners } from './owners.ts';
import type { HeapPaths } from './retainer-path.ts';
import { findShortestPaths, type PathTree } from './shortest-paths.ts';

/** Takes about 14 bytes a node. `onReached` is called for every node, a parent before its children. */
export function findHeapPaths(
  graph: HeapGraph,
  onReached?: (paths: HeapPaths, node: number) => void,
): HeapPaths {
  const view = viewHeap(graph);
  const places = findCodePlaces(view);
  const paths = { view, places } as HeapPaths;
  paths.tree = findShortestPaths(
    view,
    findOwners(view, places),
    onReached &&
      ((node: number, tree: PathTree) => {
        paths.tree = tree;
        onReached(paths, node);
      }),
  );
  return paths;
}
