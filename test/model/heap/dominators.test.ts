// Dominators and retained sizes, against drawings and against the definition itself on random graphs.
import { describe, expect, test } from 'vitest';
import { computeDominators } from '../../../src/model/heap/dominators.ts';
import { EdgeType, type HeapGraph } from '../../../src/model/heap/heap-graph.ts';
import { type EdgeTypeName, NODE_TYPE_NAMES } from '../../../src/model/heap/node-and-edge-types.ts';
import { type DrawnHeap, drawHeap } from '../../support/heap-snapshot-builder.ts';
import { randomNumbers } from '../../support/random-numbers.ts';

describe('a drawn heap:', () => {
  test('a diamond is dominated by its top, and its bytes count once', () => {
    const heap = drawHeap();
    const [top, left, right, bottom] = ['top', 'left', 'right', 'bottom'].map((name) =>
      heap.node('object', name, { bytes: 100 }),
    ) as [Node, Node, Node, Node];
    heap.global.property('top', top);
    top.property('left', left).property('right', right);
    left.property('bottom', bottom);
    right.property('bottom', bottom);
    const tree = computeDominators(heap.graph());
    expect(tree.immediateDominator(bottom.ordinal)).toBe(top.ordinal);
    expect(tree.retainedBytes(top.ordinal)).toBe(400);
    expect(tree.retainedBytes(left.ordinal)).toBe(100);
    expect([...tree.dominated(top.ordinal)].sort()).toEqual([left, right, bottom].map((n) => n.ordinal));
  });

  test('a weak edge keeps nothing: the node hangs below the root and is not reachable', () => {
    const heap = drawHeap();
    const held = heap.node('object', 'held', { bytes: 8 });
    heap.global.weak('ref', held);
    const tree = computeDominators(heap.graph());
    expect(tree.isReachable(held.ordinal)).toBe(false);
    expect(tree.immediateDominator(held.ordinal)).toBe(0);
    expect(tree.retainedBytes(heap.global.ordinal)).toBe(0);
    expect(tree.retainedBytes(0)).toBe(8);
  });

  test('the key of a WeakMap keeps its value, the table does not', () => {
    const heap = drawHeap();
    const key = heap.node('object', 'Request');
    const value = heap.node('object', 'Span', { bytes: 500 });
    const table = heap.node('array', '', { id: 77 });
    heap.global.property('request', key).property('table', table);
    const name = '3 / part of key (Request @7) -> value (Span @9) pair in WeakMap (table @77)';
    key.internal(name, value);
    table.internal(name, value);
    const graph = heap.graph();
    expect(graph.edgeTypeName(graph.firstEdge(table.ordinal))).toBe('ephemeron');
    expect(graph.edgeTypeName(graph.firstEdge(key.ordinal))).toBe('internal');
    expect(computeDominators(graph).immediateDominator(value.ordinal)).toBe(key.ordinal);
  });

  test('handles of the machinery do not count as holders of what the application reaches', () => {
    const heap = drawHeap();
    const cache = heap.node('object', 'Cache', { bytes: 40 });
    const internal = heap.node('hidden', 'system / Thing', { bytes: 4 });
    heap.global.property('cache', cache);
    heap.gcRoots.element(1, cache).element(2, internal);
    const tree = computeDominators(heap.graph());
    expect(tree.immediateDominator(cache.ordinal)).toBe(heap.global.ordinal);
    expect(tree.immediateDominator(internal.ordinal)).toBe(heap.gcRoots.ordinal);
    expect(tree.isOwnedByApplication(cache.ordinal)).toBe(true);
    expect(tree.isOwnedByApplication(internal.ordinal)).toBe(false);
  });

  test('a chain of 300,000 links is no deeper than the machine can walk', () => {
    const heap = drawHeap();
    let last = heap.global;
    for (let i = 0; i < 300_000; i++) {
      const next = heap.node('object', 'Link', { bytes: 1 });
      last.property('next', next);
      last = next;
    }
    expect(computeDominators(heap.graph()).retainedBytes(heap.global.ordinal)).toBe(300_000);
  });
});

type Node = ReturnType<DrawnHeap['node']>;

test('equals the definition on three thousand random graphs', () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const graph = randomHeap(seed).graph();
    const tree = computeDominators(graph);
    const naive = dominatorsByRemoval(graph);
    const dominators = naive.map((_, node) => tree.immediateDominator(node));
    expect(dominators, `seed ${seed}`).toEqual(naive);
    const retained = naive.map((_, node) => tree.retainedBytes(node));
    expect(retained, `seed ${seed}`).toEqual(retainedByDefinition(graph, naive));
    const places = naive.map((_, place) => tree.nodeInOrder(place));
    const order = naive.map((_, node) => places.indexOf(node));
    for (let node = 1; node < naive.length; node++) expect(order[naive[node]!]).toBeLessThan(order[node]!);
  }
});

function randomHeap(seed: number): DrawnHeap {
  const random = randomNumbers(seed);
  const heap = drawHeap();
  const nodes = [heap.root, heap.gcRoots, heap.global];
  const count = 1 + random(14);
  for (let i = 0; i < count; i++)
    nodes.push(heap.node(NODE_TYPE_NAMES[random(16)]!, `n${i}`, { bytes: random(1_000) }));
  const types: EdgeTypeName[] = [
    'property',
    'property',
    'property',
    'internal',
    'context',
    'weak',
    'shortcut',
  ];
  for (let i = random(40); i > 0; i--) {
    const from = nodes[random(nodes.length)]!;
    const to = nodes[random(nodes.length)]!;
    if (random(9) === 0) {
      from.internal(
        `1 / part of key (k @1) -> value (v @2) pair in WeakMap (table @${2 * from.ordinal + 1})`,
        to,
      );
    } else from.edge(types[random(types.length)]!, `e${i}`, to);
  }
  return heap;
}

/** A node dominates another when, with it taken out, the root no longer reaches the other. */
function dominatorsByRemoval(graph: HeapGraph): number[] {
  const successors = retainingSuccessors(graph);
  const reachedWithout = Array.from({ length: graph.nodeCount }, (_, out) => reach(successors, 0, out));
  return successors.map((_, node) => {
    if (node === 0) return 0;
    const dominators = successors.flatMap((_, other) =>
      other !== node && !reachedWithout[other]!.has(node) ? [other] : [],
    );
    // The closest is dominated by all the others.
    return dominators.find((one) =>
      dominators.every((other) => other === one || !reachedWithout[other]!.has(one)),
    )!;
  });
}

function reach(successors: number[][], from: number, without: number): Set<number> {
  const seen = new Set<number>(from === without ? [] : [from]);
  for (const node of seen) for (const next of successors[node]!) if (next !== without) seen.add(next);
  return seen;
}

/** The rules of dominators.ts said once more, in the plainest way. */
function retainingSuccessors(graph: HeapGraph): number[][] {
  const nodes = Array.from({ length: graph.nodeCount }, (_, node) => node);
  const edgesOf = (node: number) =>
    Array.from({ length: graph.endEdge(node) - graph.firstEdge(node) }, (_, i) => graph.firstEdge(node) + i);
  const strong = nodes.map((node) =>
    edgesOf(node).flatMap((edge) => (graph.edgeType(edge) === EdgeType.weak ? [] : [graph.edgeTarget(edge)])),
  );
  const owned = new Set<number>();
  for (const edge of edgesOf(0))
    if (graph.edgeType(edge) === EdgeType.shortcut)
      for (const node of reach(strong, graph.edgeTarget(edge), 0)) owned.add(node);
  const successors = nodes.map((node) =>
    edgesOf(node).flatMap((edge) => {
      const type = graph.edgeType(edge);
      const target = graph.edgeTarget(edge);
      if (type === EdgeType.weak || type === EdgeType.ephemeron) return [];
      if (node !== 0 && (type === EdgeType.shortcut || (owned.has(target) && !owned.has(node)))) return [];
      return [target];
    }),
  );
  return hangUnreached(successors);
}

function hangUnreached(successors: number[][]): number[][] {
  const retained = new Set(successors.flatMap((next, node) => next.filter((target) => target !== node)));
  const isUnreached = (node: number) => !reach(successors, 0, -1).has(node);
  const nodes = successors.map((_, node) => node);
  successors[0]!.push(...nodes.filter((node) => isUnreached(node) && !retained.has(node)));
  const inCycles = nodes.filter(isUnreached);
  for (const node of inCycles) successors[node] = [];
  successors[0]!.push(...inCycles);
  return successors;
}

function retainedByDefinition(graph: HeapGraph, dominators: number[]): number[] {
  const retained = dominators.map(() => 0);
  for (let node = 0; node < graph.nodeCount; node++) {
    for (let at = node; ; at = dominators[at]!) {
      retained[at]! += graph.shallowBytes(node);
      if (at === 0) break;
    }
  }
  return retained;
}
