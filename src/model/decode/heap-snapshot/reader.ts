// From the bytes of a heap snapshot, pushed in chunks of any size, to a HeapGraph. Trusts nothing: after `end` every
// edge leads to a node and every name is a string, or MalformedSnapshot was thrown.
import { markEphemerons } from '../../heap/ephemerons.ts';
import { HeapGraph } from '../../heap/heap-graph.ts';
import type { HeapStorage } from '../../heap/storage.ts';
import { allocateEdges, checkEdges, type EdgeArrays, edgeSection } from './edges.ts';
import { checkLayout, type SnapshotLayout } from './layout.ts';
import { locationSection, noLocations } from './locations.ts';
import { MalformedSnapshot } from './malformed.ts';
import { checkNames } from './names.ts';
import { allocateNodes, checkNodes, type NodeArrays, nodeSection } from './nodes.ts';
import { readOutline } from './outline.ts';
import type { Section } from './section.ts';
import { jsonSection, skimmedSection } from './skipped.ts';
import { noStrings, stringSection } from './strings.ts';
import { type TraceParts, traceFunctionSection, traceTreeSection } from './traces.ts';

export interface SnapshotReader {
  write(chunk: Uint8Array): void;
  /** `elsewhere` are the edges, when somebody else read them. */
  end(elsewhere?: EdgeArrays): HeapGraph;
}

/**
 * `maxBytes` bounds what a header may promise: the size of the file, or the most it can unpack to. Without `readEdges`
 * the edges are passed over, and `end` must be given them.
 */
export function createSnapshotReader(maxBytes: number, { readEdges = true } = {}): SnapshotReader {
  let layout: SnapshotLayout | undefined;
  let nodes: NodeArrays | undefined;
  let edges: EdgeArrays | undefined;
  const strings = noStrings();
  const locations = noLocations();
  const traces: TraceParts = { functions: [], stacks: new Map() };

  const outline = readOutline(
    once({
      snapshot: () =>
        jsonSection((value) => {
          layout = checkLayout(value, maxBytes);
        }),
      nodes: () => {
        nodes = allocateNodes(afterHeader(layout));
        return nodeSection(afterHeader(layout), nodes);
      },
      edges: () => {
        if (!readEdges) return skimmedSection();
        edges = allocateEdges(afterHeader(layout));
        return edgeSection(afterHeader(layout), edges);
      },
      trace_function_infos: () =>
        afterHeader(layout).hasTraces ? traceFunctionSection(afterHeader(layout), traces) : null,
      trace_tree: () => (afterHeader(layout).hasTraces ? traceTreeSection(traces) : null),
      locations: () => locationSection(afterHeader(layout), locations),
      strings: () => stringSection(strings),
    }),
  );

  return {
    write: (chunk) => {
      outline.write(chunk);
    },
    end(elsewhere) {
      outline.end();
      edges ??= elsewhere;
      if (!layout || !nodes || !edges) throw new MalformedSnapshot('it has no nodes and edges');
      return assemble(layout, nodes, edges, { strings, locations, ...tracesOf(nodes, traces) });
    },
  };
}

/** Nothing where V8 did not track who allocates. */
function tracesOf({ traces }: NodeArrays, parts: TraceParts): Pick<HeapStorage, 'traces'> {
  return traces.length > 0 && parts.functions.length > 0 ? { traces: { nodes: traces, ...parts } } : {};
}

function assemble(
  layout: SnapshotLayout,
  nodes: NodeArrays,
  edgeArrays: EdgeArrays,
  rest: Pick<HeapStorage, 'strings' | 'locations' | 'traces'>,
): HeapGraph {
  checkNodes(layout, nodes);
  checkEdges(layout, edgeArrays);
  const { nodeCount, edgeCount } = layout;
  const { edges, wideEdgeNames } = edgeArrays;
  const { nodeKinds, nodeNames, nodeIds, shallowBytes, wideShallowBytes, firstEdges } = nodes;
  const storage: HeapStorage = {
    nodeCount,
    edgeCount,
    nodeKinds,
    nodeNames,
    nodeIds,
    shallowBytes,
    wideShallowBytes,
    firstEdges,
    edges,
    wideEdgeNames,
    ...rest,
  };
  checkNames(storage);
  markEphemerons(storage);
  return new HeapGraph(storage);
}

/** The half of a second thread: only the edges of a snapshot. */
export interface EdgeReader {
  /** False when the edges have been read, and the rest of the file need not come. */
  write(chunk: Uint8Array): boolean;
  end(): EdgeArrays;
}

export function createEdgeReader(maxBytes: number): EdgeReader {
  let layout: SnapshotLayout | undefined;
  let edges: EdgeArrays | undefined;
  let section: Section | undefined;
  const outline = readOutline(
    once({
      snapshot: () =>
        jsonSection((value) => {
          layout = checkLayout(value, maxBytes);
        }),
      nodes: skimmedSection,
      edges: () => {
        edges = allocateEdges(afterHeader(layout));
        section = edgeSection(afterHeader(layout), edges);
        return section;
      },
    }),
  );
  return {
    write(chunk) {
      outline.write(chunk);
      return !section?.done;
    },
    end() {
      if (!edges) throw new MalformedSnapshot('it has no edges');
      return edges;
    },
  };
}

/** V8 writes each part once. */
function once(sections: Record<string, () => Section | null>): (key: string) => Section | null {
  const seen = new Set<string>();
  return (key) => {
    if (!Object.hasOwn(sections, key)) return null;
    if (seen.has(key)) throw new MalformedSnapshot(`it has "${key}" twice`);
    seen.add(key);
    return sections[key]!();
  };
}

function afterHeader(layout: SnapshotLayout | undefined): SnapshotLayout {
  if (!layout) throw new MalformedSnapshot('it does not begin with its header');
  return layout;
}
