// For a live process: what a snapshot shows about collections that are already suspected, found by V8's object ids.
import type { DominatorTree } from '../../model/heap/dominators.ts';
import type { HeapGraph } from '../../model/heap/heap-graph.ts';
import type { HeapCollection } from '../../model/heap/heap-report.ts';
import { describeCollection } from './collections.ts';
import { findHeapPaths } from './paths/heap-paths.ts';

/**
 * Class, entries, retained bytes, path and newest entries of each object that the snapshot has. Ids are those of
 * `HeapProfiler.getHeapObjectId`; one that is not there, or that only weak edges hold, is missing in the answer.
 */
export function explainHeapObjects(
  graph: HeapGraph,
  dominators: DominatorTree,
  objectIds: Iterable<number>,
): Map<number, HeapCollection> {
  const paths = findHeapPaths(graph, dominators);
  const explained = new Map<number, HeapCollection>();
  for (const objectId of objectIds) {
    const node = graph.nodeById(objectId);
    const collection = node < 0 ? null : describeCollection(paths, node);
    if (collection) explained.set(objectId, collection);
  }
  return explained;
}
