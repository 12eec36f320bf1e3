// The nodes of a heap graph numbered in the order of a depth-first walk from the root along edges that retain: a
// parent comes before its children, and what the application owns before what only the machinery of V8 owns.
import { type Incoming, retains } from '../incoming.ts';
import { EdgeType } from '../node-and-edge-types.ts';
import type { HeapStorage } from '../storage.ts';
import { decodeString, stringBytes } from '../string-table.ts';

/** Numbers run from 0, the root, to nodeCount - 1; every node has one. */
export interface Preorder {
  nodeOf: Uint32Array;
  numberOf: Uint32Array;
  /** From a number to its parent's in the walk. */
  parents: Uint32Array;
  /** Numbers up to here belong to the application: what a global object reaches. */
  lastOwned: number;
  /** Numbers up to here are reached from the root; the rest nothing retains, and hangs below the root. */
  lastReached: number;
  /** Of those unreached, numbers up to here are weakly or by shortcut in the application's reach. */
  lastUnreachedOwned: number;
  /** Numbers beyond are cycles that nothing retains: each of their nodes hangs below the root and retains nothing. */
  lastRetaining: number;
}

const DOCUMENT_TREES = '(Document DOM trees)';
const UNSEEN = 0xffffffff;
/** In reach of a global object, but so far over edges only that do not retain. */
const OWNED_UNSEEN = 0xfffffffe;

/** `scratch` has room for a word a node. */
export function numberNodes(storage: HeapStorage, scratch: Uint32Array, incoming: () => Incoming): Preorder {
  const { nodeCount, firstEdges, edges } = storage;
  const nodeOf = new Uint32Array(nodeCount);
  const numberOf = new Uint32Array(nodeCount).fill(UNSEEN);
  const parents = new Uint32Array(nodeCount);
  const nextEdges = scratch;
  const byShortcut: number[] = [];
  let count = 0;

  function enter(node: number, parent: number): number {
    nodeOf[count] = node;
    numberOf[node] = count;
    parents[count] = parent;
    nextEdges[count] = firstEdges[node]!;
    return count++;
  }

  /** Numbers `start`, below the root, and all that it retains. Nodes whose number is below `taken` are passed over. */
  function walk(start: number, taken: number): void {
    let number = enter(start, 0);
    while (number !== 0) {
      const end = firstEdges[nodeOf[number]! + 1]!;
      let edge = nextEdges[number]!;
      let found = UNSEEN;
      for (; edge < end && found === UNSEEN; edge++) {
        const target = edges[2 * edge + 1]!;
        if (numberOf[target]! < taken) continue;
        const type = edges[2 * edge]! & 7;
        if (type < EdgeType.shortcut) found = target;
        else if (type !== EdgeType.weak && taken === OWNED_UNSEEN) byShortcut.push(target);
      }
      nextEdges[number] = edge;
      number = found === UNSEEN ? parents[number]! : enter(found, number);
    }
  }

  /** Walks from those of `starts` that nobody has come to, which `unseen` says in one of two ways. */
  function walkFrom(starts: Iterable<number>, unseen: number, taken: number): number {
    for (const node of starts) if (numberOf[node] === unseen) walk(node, taken);
    return count - 1;
  }

  enter(0, 0);
  const { owned, all } = retainedByRoot(storage);
  walkFrom(owned, UNSEEN, OWNED_UNSEEN);
  markOwned(storage, numberOf, byShortcut);
  const lastOwned = walkFrom(all, OWNED_UNSEEN, OWNED_UNSEEN);
  const lastReached = walkFrom(all, UNSEEN, UNSEEN);
  const orphans = count < nodeCount ? findOrphans(numberOf, incoming()) : [];
  const lastUnreachedOwned = walkFrom(orphans, OWNED_UNSEEN, OWNED_UNSEEN);
  const lastRetaining = walkFrom(orphans, UNSEEN, UNSEEN);
  if (count < nodeCount) {
    for (let node = 0; node < nodeCount; node++) if (numberOf[node]! >= OWNED_UNSEEN) enter(node, 0);
  }
  return { nodeOf, numberOf, parents, lastOwned, lastReached, lastUnreachedOwned, lastRetaining };
}

/** Global objects hang at the root by shortcuts, and so do the trees of documents in a browser by name. */
function retainedByRoot({ firstEdges, edges, nodeNames, strings }: HeapStorage) {
  const owned: number[] = [];
  const all: number[] = [];
  for (let edge = firstEdges[0]!; edge < firstEdges[1]!; edge++) {
    const type = edges[2 * edge]! & 7;
    const node = edges[2 * edge + 1]!;
    if (!retains(type, 0)) continue;
    all.push(node);
    const isOwned =
      type === EdgeType.shortcut ||
      (type === EdgeType.element &&
        stringBytes(strings, nodeNames[node]!).length === DOCUMENT_TREES.length &&
        decodeString(strings, nodeNames[node]!) === DOCUMENT_TREES);
    if (isOwned) owned.push(node);
  }
  return { owned, all };
}

/** What the application reaches by shortcuts is its own as well, though the shortcut does not retain it. */
function markOwned({ firstEdges, edges }: HeapStorage, numberOf: Uint32Array, starts: number[]): void {
  for (let node = starts.pop(); node !== undefined; node = starts.pop()) {
    if (numberOf[node] !== UNSEEN) continue;
    numberOf[node] = OWNED_UNSEEN;
    for (let edge = firstEdges[node]!; edge < firstEdges[node + 1]!; edge++) {
      if ((edges[2 * edge]! & 7) !== EdgeType.weak) starts.push(edges[2 * edge + 1]!);
    }
  }
}

/** The unreached nodes that no edge at all retains: the heads of what is unreached. Cycles have none. */
function findOrphans(numberOf: Uint32Array, { first, sources }: Incoming): number[] {
  const orphans: number[] = [];
  for (let node = 0; node < numberOf.length; node++) {
    if (numberOf[node]! < OWNED_UNSEEN) continue;
    let isRetained = false;
    for (let i = first[node]!; i < first[node + 1]! && !isRetained; i++) {
      const source = sources[i]!;
      // An owned node is not retained by one that is not: see dominators.ts.
      isRetained = source !== node && (numberOf[node] === UNSEEN || numberOf[source] === OWNED_UNSEEN);
    }
    if (!isRetained) orphans.push(node);
  }
  return orphans;
}
