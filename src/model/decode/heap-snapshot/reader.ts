// From the bytes of a heap snapshot, pushed in chunks of any size, to a HeapGraph. Trusts nothing: after `end` every
// edge leads to a node and every name is a string, or MalformedSnapshot was thrown.

import { markEphemerons } from '../../heap/ephemerons.ts';
import { HeapGraph, type HeapStorage } from '../../heap-graph.ts';
import { allocateEdges, checkEdges, type EdgeArrays, edgeSection } from './edges.ts';
import { checkLayout, type SnapshotLayout } from './layout.ts';
import { locationSection, noLocations, sortLocations } from './locations.ts';
import { MalformedSnapshot } from './malformed.ts';
import { checkNames } from './names.ts';
import { allocateNodes, checkNodes, type NodeArrays, nodeSection } from './nodes.ts';
import { readOutline } from './outline.ts';
import { jsonSection } from './skipped.ts';
import { noStrings, stringSection } from './strings.ts';

export interface SnapshotReader {
  write(chunk: Uint8Array): void;
  end(): HeapGraph;
}

/** `maxBytes` bounds what a header may promise: the size of the file, or the most it can unpack to. */
export function createSnapshotReader(maxBytes: number): SnapshotReader {
  let layout: SnapshotLayout | undefined;
  let nodes: NodeArrays | undefined;
  let edges: EdgeArrays | undefined;
  const strings = noStrings();
  let locations = noLocations();
  const seen = new Set<string>();

  const outline = readOutline((key) => {
    if (!SECTIONS.includes(key)) return null;
    if (seen.has(key)) throw new MalformedSnapshot(`it has "${key}" twice`);
    seen.add(key);
    if (key === 'snapshot')
      return jsonSection((value) => {
        layout = checkLayout(value, maxBytes);
        nodes = allocateNodes(layout.nodeCount);
        edges = allocateEdges(layout.edgeCount);
      });
    if (key === 'strings') return stringSection(strings);
    if (!layout || !nodes || !edges) throw new MalformedSnapshot('it does not begin with its header');
    if (key === 'nodes') return nodeSection(layout, nodes);
    if (key === 'edges') return edgeSection(layout, edges);
    return locationSection(layout, locations);
  });

  return {
    write: outline.write,
    end() {
      outline.end();
      if (!layout || !nodes || !edges) throw new MalformedSnapshot('it has no header');
      checkNodes(layout, nodes);
      checkEdges(layout, edges);
      locations = sortLocations(locations);
      const { nodeCount, edgeCount } = layout;
      const storage: HeapStorage = {
        nodeCount,
        edgeCount,
        ...nodes,
        edges: edges.edges,
        wideEdgeNames: edges.wideEdgeNames,
        strings,
        locations,
      };
      checkNames(storage);
      markEphemerons(storage);
      return new HeapGraph(storage);
    },
  };
}

const SECTIONS = ['snapshot', 'nodes', 'edges', 'locations', 'strings'];
