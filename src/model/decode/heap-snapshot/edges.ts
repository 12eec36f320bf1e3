// The edges of a snapshot, packed while they are read.

import { type HeapStorage, WIDE_EDGE_NAME } from '../../heap/storage.ts';
import { addWideNumber, noWideNumbers } from '../../heap/wide-numbers.ts';
import { integerSection } from './integers.ts';
import type { SnapshotLayout } from './layout.ts';
import { MalformedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';

export interface EdgeArrays extends Pick<HeapStorage, 'edges' | 'wideEdgeNames'> {
  /** How many were read so far. */
  count: number;
  /** How many nodes there were to lead to: another thread read this from the file for itself. */
  nodeCount: number;
}

/** In shared memory: another thread may fill them. */
export function allocateEdges({ nodeCount, edgeCount }: SnapshotLayout): EdgeArrays {
  const edges = new Uint32Array(new SharedArrayBuffer(8 * edgeCount));
  return { edges, wideEdgeNames: noWideNumbers(), count: 0, nodeCount };
}

/** Fills `target`. Names are checked against the strings later. */
export function edgeSection(layout: SnapshotLayout, target: EdgeArrays): Section {
  const { edgeFields: field, edgeTypes, nodeCount, edgeCount } = layout;
  const nodeWidth = layout.nodeFields.count;
  const { edges } = target;
  return integerSection(field.count, 'edges', (values, rowCount) => {
    let edge = target.count;
    if (edge + rowCount > edgeCount) throw new MalformedSnapshot('it has more edges than its header says');
    for (let row = 0; row < rowCount; row++, edge++) {
      const at = row * field.count;
      const type = values[at + field.type]!;
      const name = values[at + field.name]!;
      // A target is given as the place of its first number among the numbers of all nodes.
      const node = values[at + field.target]! / nodeWidth;
      if (type >= edgeTypes.length)
        throw new MalformedSnapshot(`edge ${edge} has a type that its header does not list`);
      if (node >= nodeCount || node !== Math.floor(node))
        throw new MalformedSnapshot(`edge ${edge} leads to a node that does not exist`);
      if (name >= WIDE_EDGE_NAME) addWideNumber(target.wideEdgeNames, edge, name);
      edges[2 * edge] = (Math.min(name, WIDE_EDGE_NAME) << 3) | edgeTypes[type]!;
      edges[2 * edge + 1] = node;
    }
    target.count = edge;
  });
}

export function checkEdges(layout: SnapshotLayout, { edges, count, nodeCount }: EdgeArrays): void {
  if (nodeCount !== layout.nodeCount || edges.length !== 2 * layout.edgeCount)
    throw new MalformedSnapshot('it changed while it was read');
  if (count !== layout.edgeCount) throw new MalformedSnapshot('it has fewer edges than its header says');
}
