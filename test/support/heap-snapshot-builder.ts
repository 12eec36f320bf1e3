// Heap snapshots written in code: nodes and named edges as one would draw them, out comes the JSON that V8 would write.
//
//   const heap = drawHeap();
//   const sessions = heap.node('object', 'Map', { bytes: 32 });
//   heap.global.property('sessions', sessions);
//   sessions.internal('table', heap.node('array', '', { bytes: 4_000 }));
//   const graph = heap.graph();
//   graph.nodeName(sessions.ordinal); // 'Map'
import { createSnapshotReader } from '../../src/model/decode/heap-snapshot/reader.ts';
import type { HeapGraph } from '../../src/model/heap/heap-graph.ts';
import {
  EDGE_TYPE_NAMES,
  type EdgeTypeName,
  NODE_TYPE_NAMES,
  type NodeTypeName,
} from '../../src/model/heap/node-and-edge-types.ts';

export interface NodeOptions {
  /** Shallow size; 16 when nothing is said. */
  bytes?: number;
  id?: number;
  detachedness?: 0 | 1 | 2;
  /** 1-based, as the graph gives it back. */
  at?: { scriptId: number; line: number; column: number };
}

export interface DrawnNode {
  ordinal: number;
  /** All of these return the node that the edge leaves. */
  property(name: string, to: DrawnNode): DrawnNode;
  element(index: number, to: DrawnNode): DrawnNode;
  context(variable: string, to: DrawnNode): DrawnNode;
  internal(name: string, to: DrawnNode): DrawnNode;
  hidden(index: number, to: DrawnNode): DrawnNode;
  shortcut(name: string, to: DrawnNode): DrawnNode;
  weak(name: string, to: DrawnNode): DrawnNode;
  edge(type: EdgeTypeName, name: string | number, to: DrawnNode): DrawnNode;
}

export interface DrawnHeap {
  /** V8's root, node 0. */
  root: DrawnNode;
  /** `(GC roots)`: hangs at the root by an element. */
  gcRoots: DrawnNode;
  /** The global object: hangs at the root by a shortcut. */
  global: DrawnNode;
  node(type: NodeTypeName, name: string, options?: NodeOptions): DrawnNode;
  /** The object that V8 writes as JSON; change it to make a file bad. */
  snapshot(): SnapshotJson;
  json(): string;
  graph(): HeapGraph;
}

export interface SnapshotJson {
  snapshot: {
    meta: Record<string, unknown> & { node_fields: string[]; edge_fields: string[] };
    node_count: number;
    edge_count: number;
    [other: string]: unknown;
  };
  nodes: number[];
  edges: number[];
  trace_function_infos: number[];
  trace_tree: unknown[];
  samples: number[];
  locations: number[];
  strings: string[];
}

interface Drawn {
  type: NodeTypeName;
  name: string;
  options: NodeOptions;
  edges: { type: EdgeTypeName; name: string | number; to: number }[];
}

/** `nodeFields` in the order they shall be written; V8 24's by default. Unknown ones are written as 0. */
export function drawHeap({
  nodeFields = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  edgeFields = ['type', 'name_or_index', 'to_node'],
  nodeTypes = NODE_TYPE_NAMES.slice(0, -1) as string[],
} = {}): DrawnHeap {
  const drawn: Drawn[] = [];

  function node(type: NodeTypeName, name: string, options: NodeOptions = {}): DrawnNode {
    const ordinal = drawn.length;
    const { edges } = drawn[drawn.push({ type, name, options, edges: [] }) - 1]!;
    const self: DrawnNode = {
      ordinal,
      edge: (edgeType, edgeName, to) => {
        edges.push({ type: edgeType, name: edgeName, to: to.ordinal });
        return self;
      },
      property: (edgeName, to) => self.edge('property', edgeName, to),
      element: (index, to) => self.edge('element', index, to),
      context: (variable, to) => self.edge('context', variable, to),
      internal: (edgeName, to) => self.edge('internal', edgeName, to),
      hidden: (index, to) => self.edge('hidden', index, to),
      shortcut: (edgeName, to) => self.edge('shortcut', edgeName, to),
      weak: (edgeName, to) => self.edge('weak', edgeName, to),
    };
    return self;
  }

  function snapshot(): SnapshotJson {
    const strings = new Map<string, number>([['<dummy>', 0]]);
    const indexOf = (text: string) => {
      if (!strings.has(text)) strings.set(text, strings.size);
      return strings.get(text)!;
    };
    const edgesOf = (from: Drawn) =>
      from.edges.flatMap(({ type, name, to }) => {
        const value: Record<string, number> = {
          type: EDGE_TYPE_NAMES.indexOf(type),
          name_or_index: typeof name === 'number' ? name : indexOf(name),
          to_node: to * nodeFields.length,
        };
        return edgeFields.map((field) => value[field] ?? 0);
      });
    const nodes = drawn.flatMap(({ type, name, options, edges }, ordinal) => {
      const value: Record<string, number> = {
        type: Math.max(0, nodeTypes.indexOf(type)),
        name: indexOf(name),
        id: options.id ?? 2 * ordinal + 1,
        self_size: options.bytes ?? 16,
        edge_count: edges.length,
        detachedness: options.detachedness ?? 0,
      };
      return nodeFields.map((field) => value[field] ?? 0);
    });
    const edges = drawn.flatMap(edgesOf);
    return {
      snapshot: {
        meta: {
          node_fields: nodeFields,
          node_types: nodeFields.map((field) =>
            field === 'type' ? nodeTypes : field === 'name' ? 'string' : 'number',
          ),
          edge_fields: edgeFields,
          edge_types: edgeFields.map((field) =>
            field === 'type'
              ? EDGE_TYPE_NAMES.slice(0, 7)
              : field === 'to_node'
                ? 'node'
                : 'string_or_number',
          ),
          location_fields: ['object_index', 'script_id', 'line', 'column'],
        },
        node_count: drawn.length,
        edge_count: edges.length / edgeFields.length,
        trace_function_count: 0,
      },
      nodes,
      edges,
      trace_function_infos: [],
      trace_tree: [],
      samples: [],
      locations: drawn.flatMap(({ options: { at } }, ordinal) =>
        at ? [ordinal * nodeFields.length, at.scriptId, at.line - 1, at.column - 1] : [],
      ),
      strings: [...strings.keys()],
    };
  }

  const root = node('synthetic', '', { bytes: 0 });
  const gcRoots = node('synthetic', '(GC roots)', { bytes: 0 });
  const global = node('object', 'global', { bytes: 0 });
  root.element(1, gcRoots).shortcut('global', global);
  const json = () => JSON.stringify(snapshot());
  return { root, gcRoots, global, node, snapshot, json, graph: () => readSnapshotText(json()) };
}

/** Reads a snapshot from text, in one piece or cut into chunks of this many bytes. */
export function readSnapshotText(text: string, chunkBytes = Number.POSITIVE_INFINITY): HeapGraph {
  const bytes = new TextEncoder().encode(text);
  const reader = createSnapshotReader(bytes.length);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.write(bytes.subarray(at, at + chunkBytes));
  return reader.end();
}
