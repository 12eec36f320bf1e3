// A heap snapshot as a graph: nodes are V8's objects, edges are its references. Millions of both lie packed in a few
// typed arrays; a node and an edge are plain numbers (ordinals), and an accessor is one or two reads.
import { type AllocationFrame, allocationStack } from './allocations.ts';
import { buildIdIndex, type IdIndex, nodeWithId } from './id-index.ts';
import { type LocationTable, locationOf, type SourceLocation, sortLocations } from './locations.ts';
import {
  EDGE_TYPE_NAMES,
  EdgeType,
  type EdgeTypeName,
  NODE_TYPE_NAMES,
  type NodeTypeName,
} from './node-and-edge-types.ts';
import { buildRetainers, type Retainers, sourceOf } from './retainers.ts';
import { type HeapStorage, WIDE_EDGE_NAME, WIDE_SHALLOW_BYTES } from './storage.ts';
import { decodeString, findString, stringBytes } from './string-table.ts';
import { wideNumberAt } from './wide-numbers.ts';

export { EdgeType, NodeType } from './node-and-edge-types.ts';

/** Known for the native halves of objects alone: DOM nodes in a browser, handles and wraps in Node. */
export type Detachedness = 'unknown' | 'attached' | 'detached';
const DETACHEDNESS: Detachedness[] = ['unknown', 'attached', 'detached', 'unknown'];

export class HeapGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** V8 writes its root first. */
  readonly root = 0;
  /** For loops over all edges in `model/` alone; elsewhere the accessors are fast enough. */
  readonly storage: HeapStorage;
  #retainers: Retainers | undefined;
  #idIndex: IdIndex | undefined;
  #locations: LocationTable | undefined;

  constructor(storage: HeapStorage) {
    this.storage = storage;
    this.nodeCount = storage.nodeCount;
    this.edgeCount = storage.edgeCount;
  }

  /** One of `NodeType`. */
  nodeType(node: number): number {
    return this.storage.nodeKinds[node]! & 31;
  }

  nodeTypeName(node: number): NodeTypeName {
    return NODE_TYPE_NAMES[this.nodeType(node)]!;
  }

  /** Objects: the class. Strings: the text, cut by V8 at 1,024 characters. Functions: their name. May hold anything. */
  nodeName(node: number): string {
    return this.string(this.storage.nodeNames[node]!);
  }

  /** Equal names have equal indexes within one snapshot. */
  nodeNameIndex(node: number): number {
    return this.storage.nodeNames[node]!;
  }

  /** V8's id of the object: the same in later snapshots of the same process. */
  nodeId(node: number): number {
    return this.storage.nodeIds[node]!;
  }

  /** The node with this id, or -1. The first call builds an index (6-12 bytes a node). */
  nodeById(id: number): number {
    this.#idIndex ??= buildIdIndex(this.storage.nodeIds);
    return nodeWithId(this.#idIndex, this.storage.nodeIds, id);
  }

  /** The object alone, without what it refers to. */
  shallowBytes(node: number): number {
    const bytes = this.storage.shallowBytes[node]!;
    return bytes === WIDE_SHALLOW_BYTES ? wideNumberAt(this.storage.wideShallowBytes, node) : bytes;
  }

  detachedness(node: number): Detachedness {
    return DETACHEDNESS[this.storage.nodeKinds[node]! >> 5]!;
  }

  /** Where V8 knows it: functions, and objects whose constructor it could find. The first call sorts them. */
  location(node: number): SourceLocation | null {
    this.#locations ??= sortLocations(this.storage.locations);
    return locationOf(this.#locations, node);
  }

  /** Who allocated it, innermost first; [] where V8 did not track that. */
  allocationStack(node: number): AllocationFrame[] {
    const { traces, strings } = this.storage;
    return allocationStack(traces, node, (index) => (index < strings.count ? this.string(index) : ''));
  }

  /** The edges of a node are `firstEdge(node)` up to but not including `endEdge(node)`. */
  firstEdge(node: number): number {
    return this.storage.firstEdges[node]!;
  }

  endEdge(node: number): number {
    return this.storage.firstEdges[node + 1]!;
  }

  /** One of `EdgeType`. */
  edgeType(edge: number): number {
    return this.storage.edges[2 * edge]! & 7;
  }

  edgeTypeName(edge: number): EdgeTypeName {
    return EDGE_TYPE_NAMES[this.edgeType(edge)]!;
  }

  /** The node an edge leads to. */
  edgeTarget(edge: number): number {
    return this.storage.edges[2 * edge + 1]!;
  }

  /** The node an edge leaves, found by bisection. */
  edgeSource(edge: number): number {
    return sourceOf(edge, this.storage.firstEdges, this.nodeCount);
  }

  /** The string index of the name; of element and hidden edges the index itself. */
  edgeNameIndex(edge: number): number {
    const name = this.storage.edges[2 * edge]! >>> 3;
    return name === WIDE_EDGE_NAME ? wideNumberAt(this.storage.wideEdgeNames, edge) : name;
  }

  hasNumericName(edge: number): boolean {
    const type = this.edgeType(edge);
    return type === EdgeType.element || type === EdgeType.hidden;
  }

  /** The variable, the property or V8's own word; a number for element and hidden edges. */
  edgeName(edge: number): string | number {
    const name = this.edgeNameIndex(edge);
    return this.hasNumericName(edge) ? name : this.string(name);
  }

  get stringCount(): number {
    return this.storage.strings.count;
  }

  /** Decoded anew on each call. May hold anything a program can put into a string. */
  string(index: number): string {
    return decodeString(this.storage.strings, index);
  }

  /** The bytes of a string as in the file (UTF-8, JSON escapes): to compare or hash many without decoding them. */
  stringBytes(index: number): Uint8Array {
    return stringBytes(this.storage.strings, index);
  }

  /** The index of a name, or -1: compare `edgeNameIndex` with it rather than decoded names. */
  stringIndex(text: string): number {
    return findString(this.storage.strings, text);
  }

  /** The retainers of a node are `firstRetainer(node)` up to but not including `endRetainer(node)`, weak ones too. */
  firstRetainer(node: number): number {
    return this.#retainersOnce().first[node]!;
  }

  endRetainer(node: number): number {
    return this.#retainersOnce().first[node + 1]!;
  }

  retainerEdge(retainer: number): number {
    return this.#retainersOnce().edges[retainer]!;
  }

  retainerNode(retainer: number): number {
    return this.edgeSource(this.retainerEdge(retainer));
  }

  /** The first call builds them (4 bytes an edge, 4 a node). */
  #retainersOnce(): Retainers {
    if (!this.#retainers) {
      this.#retainers = buildRetainers(this.storage);
      this.storage.spare = undefined;
    }
    return this.#retainers;
  }
}
