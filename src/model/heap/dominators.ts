// Dominators and retained sizes: a node's immediate dominator is the closest node that every path from the root to it
// passes, and its retained size is what would go if it went.
//
// What retains is drawn as Chrome DevTools draws it, so that both print the same sizes:
// - weak edges do not retain; of a WeakMap's entry the key retains the value, the table does not (ephemerons.ts);
// - shortcut edges do not retain, except those from the root to the global objects;
// - what a global object reaches is the application's, and nothing outside of it (handles, V8's caches) counts as
//   retaining it, except the root itself;
// - a node that nothing retains hangs directly below the root, and what it retains below it; so do, one by one, the
//   nodes of a cycle that nothing retains.
// Deliberately different from DevTools: shallow sizes stay as V8 wrote them. DevTools adds hidden and array nodes with a
// single owner to their owner before it begins; the parts lose what the owners gain. test/bench/heap/compare-peers.mjs
// holds the rest to be equal, node by node.
import type { HeapGraph } from './heap-graph.ts';
import { buildIncoming, type Incoming } from './incoming.ts';
import { numberNodes, type Preorder } from './order/preorder.ts';
import { dominatorsInPreorder } from './order/semi-nca.ts';

export class DominatorTree {
  readonly nodeCount: number;
  readonly #order: Preorder;
  readonly #dominators: Uint32Array;
  readonly #retainedBytes: Float64Array;
  #children: { first: Uint32Array; numbers: Uint32Array } | undefined;

  constructor(order: Preorder, dominators: Uint32Array, retainedBytes: Float64Array) {
    this.nodeCount = order.nodeOf.length;
    this.#order = order;
    this.#dominators = dominators;
    this.#retainedBytes = retainedBytes;
  }

  /** The root is its own. */
  immediateDominator(node: number): number {
    const { nodeOf, numberOf } = this.#order;
    return nodeOf[this.#dominators[numberOf[node]!]!]!;
  }

  /** The node's own bytes and those of all nodes that it dominates. */
  retainedBytes(node: number): number {
    return this.#retainedBytes[this.#order.numberOf[node]!]!;
  }

  /** False for what is only held weakly: V8 had not collected it yet. */
  isReachable(node: number): boolean {
    return this.#order.numberOf[node]! <= this.#order.lastReached;
  }

  /** Whether a global object reaches it; what is not the application's own is V8's and Node's machinery. */
  isOwnedByApplication(node: number): boolean {
    const number = this.#order.numberOf[node]!;
    const { lastOwned, lastReached, lastUnreachedOwned } = this.#order;
    return number <= lastOwned || (number > lastReached && number <= lastUnreachedOwned);
  }

  /** The node at a place from 0 to nodeCount - 1, in an order in which every node comes after its dominator. */
  nodeInOrder(place: number): number {
    return this.#order.nodeOf[place]!;
  }

  /** The nodes immediately dominated by this one. The first call builds an index (8 bytes a node). */
  *dominated(node: number): Generator<number> {
    this.#children ??= this.#buildChildren();
    const { first, numbers } = this.#children;
    const number = this.#order.numberOf[node]!;
    for (let i = first[number]!; i < first[number + 1]!; i++) yield this.#order.nodeOf[numbers[i]!]!;
  }

  #buildChildren() {
    const first = new Uint32Array(this.nodeCount + 1);
    for (let number = 1; number < this.nodeCount; number++) first[this.#dominators[number]!]!++;
    let end = 0;
    for (let number = 0; number <= this.nodeCount; number++) {
      end += first[number]!;
      first[number] = end;
    }
    const numbers = new Uint32Array(this.nodeCount);
    for (let number = this.nodeCount - 1; number > 0; number--) {
      const dominator = this.#dominators[number]!;
      const place = first[dominator]! - 1;
      first[dominator] = place;
      numbers[place] = number;
    }
    return { first, numbers };
  }
}

/** Takes about 28 bytes a node and 4 an edge while it works, and keeps 20 a node. */
export function computeDominators(graph: HeapGraph): DominatorTree {
  const { nodeCount, storage } = graph;
  let incoming: Incoming | undefined;
  const startedIncoming = storage.startTurning?.() ?? (() => buildIncoming(storage));
  const incomingOnce = () => {
    incoming ??= startedIncoming();
    return incoming;
  };
  // Retained sizes are written when `semi` and `label` have done their work, into the same memory.
  const retainedBytes = new Float64Array(nodeCount);
  const semi = new Uint32Array(retainedBytes.buffer, 0, nodeCount);
  const label = new Uint32Array(retainedBytes.buffer, 4 * nodeCount, nodeCount);
  const order = numberNodes(storage, semi, incomingOnce);
  const dominators = dominatorsInPreorder(order, incomingOnce(), semi, label);
  storage.spare = incoming;
  for (let number = 0; number < nodeCount; number++)
    retainedBytes[number] = graph.shallowBytes(order.nodeOf[number]!);
  for (let number = nodeCount - 1; number > 0; number--)
    retainedBytes[dominators[number]!]! += retainedBytes[number]!;
  return new DominatorTree(order, dominators, retainedBytes);
}
