// The nodes of a snapshot, packed while they are read.

import { type HeapStorage, WIDE_SHALLOW_BYTES } from '../../heap/storage.ts';
import { addWideNumber, noWideNumbers } from '../../heap/wide-numbers.ts';
import { integerSection } from './integers.ts';
import type { SnapshotLayout } from './layout.ts';
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

type NodeStorage = Pick<
  HeapStorage,
  'nodeKinds' | 'nodeNames' | 'nodeIds' | 'shallowBytes' | 'wideShallowBytes' | 'firstEdges'
>;

export interface NodeArrays extends NodeStorage {
  /** By node: where it was allocated; empty where V8 did not track that. */
  traces: Uint32Array;
  /** How many were read so far. */
  count: number;
}

/** Where edges begin is in shared memory: another thread may turn the edges round. */
export function allocateNodes({ nodeCount, hasTraces }: SnapshotLayout): NodeArrays {
  return {
    traces: new Uint32Array(hasTraces ? nodeCount : 0),
    nodeKinds: new Uint8Array(nodeCount),
    nodeNames: new Uint32Array(nodeCount),
    nodeIds: new Uint32Array(nodeCount),
    shallowBytes: new Uint32Array(nodeCount),
    wideShallowBytes: noWideNumbers(),
    count: 0,
    firstEdges: new Uint32Array(new SharedArrayBuffer(4 * (nodeCount + 1))),
  };
}

/** Fills `nodes`. Names are checked against the strings later: those come last in a file. */
export function nodeSection(layout: SnapshotLayout, nodes: NodeArrays): Section {
  const { nodeFields: field, nodeTypes, nodeCount, edgeCount } = layout;
  const { nodeKinds, nodeNames, nodeIds, shallowBytes, firstEdges, traces } = nodes;
  let edges = 0;
  return integerSection(field.count, 'nodes', (values, rowCount) => {
    let node = nodes.count;
    if (node + rowCount > nodeCount) throw new MalformedSnapshot('it has more nodes than its header says');
    for (let row = 0; row < rowCount; row++) {
      const at = row * field.count;
      const type = values[at + field.type]!;
      const id = values[at + field.id]!;
      const size = values[at + field.size]!;
      const name = values[at + field.name]!;
      if (type >= nodeTypes.length)
        throw new MalformedSnapshot(`node ${node} has a type that its header does not list`);
      if (id > 0xffffffff || name > 0xffffffff)
        throw new MalformedSnapshot(`node ${node} has an impossible id or name`);
      const detachedness = field.detachedness < 0 ? 0 : values[at + field.detachedness]! & 3;
      nodeKinds[node] = nodeTypes[type]! | (detachedness << 5);
      nodeNames[node] = name;
      nodeIds[node] = id;
      // Beyond the end of an empty array nothing is stored.
      traces[node] = values[at + field.trace]!;
      if (size < WIDE_SHALLOW_BYTES) shallowBytes[node] = size;
      else {
        shallowBytes[node] = WIDE_SHALLOW_BYTES;
        addWideNumber(nodes.wideShallowBytes, node, size);
      }
      edges += values[at + field.edges]!;
      if (edges > edgeCount) throw new MalformedSnapshot('its nodes claim more edges than its header says');
      firstEdges[++node] = edges;
    }
    nodes.count = node;
  });
}

export function checkNodes(
  { nodeCount, edgeCount }: SnapshotLayout,
  { count, firstEdges }: NodeArrays,
): void {
  if (count !== nodeCount) throw new MalformedSnapshot('it has fewer nodes than its header says');
  if (nodeCount === 0) throw new MalformedSnapshot('it has no nodes');
  if (firstEdges[nodeCount] !== edgeCount)
    throw new MalformedSnapshot('its nodes have fewer edges than its header says');
}
