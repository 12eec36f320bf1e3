// Files that are no heap snapshot, or no longer a whole one: each is refused with a message that says what is wrong,
// none hangs, and whatever is accepted can be walked from end to end.
import { describe, expect, test } from 'vitest';
import { MalformedSnapshot, TruncatedSnapshot } from '../../../src/model/decode/heap-snapshot/malformed.ts';
import { computeDominators } from '../../../src/model/heap/dominators.ts';
import { drawHeap, readSnapshotText, type SnapshotJson } from '../../support/heap-snapshot-builder.ts';
import { mutated } from '../../support/mutate-snapshot.ts';

function smallSnapshot(): SnapshotJson {
  const heap = drawHeap();
  const map = heap.node('object', 'Map', { at: { scriptId: 1, line: 2, column: 3 } });
  const text = heap.node('string', 'a "b" \\ ü\u2028');
  heap.global.property('map', map).element(3, text);
  map.internal('table', text).weak('back', map);
  return heap.snapshot();
}

/** The small snapshot with something changed, as text. */
function changed(change: (json: SnapshotJson) => void): string {
  const json = smallSnapshot();
  change(json);
  return JSON.stringify(json);
}

describe('refused with the reason:', () => {
  test.each<[string, RegExp]>([
    ['', /ends too early/],
    ['hello', /its structure is not that/],
    ['[1,2,3]', /its structure is not that/],
    ['{}', /no nodes and edges/],
    ['{"nodes":[1,2,3]}', /does not begin with its header/],
    ['{"snapshot":7,"nodes":[]}', /header|its structure is not that/],
    ['{"snapshot":{"meta":{}}}', /which fields/],
    [`{"${'k'.repeat(1_000)}":1}`, /its structure is not that/],
    [JSON.stringify({ nodes: [{ id: 1, callFrame: {} }], samples: [], timeDeltas: [] }), /header/],
  ])('%j', (text, reason) => {
    expect(() => readSnapshotText(text)).toThrow(reason);
    expect(() => readSnapshotText(text)).toThrow(MalformedSnapshot);
  });

  test.each<[string, (json: SnapshotJson) => void, RegExp]>([
    [
      'no nodes at all',
      (json) => Object.assign(json.snapshot, { node_count: 0, edge_count: 0 }),
      /more nodes/,
    ],
    ['zero nodes', zeroNodes, /no nodes/],
    ['more nodes than promised', (json) => json.snapshot.node_count--, /more nodes/],
    ['fewer nodes than promised', (json) => json.snapshot.node_count++, /fewer nodes/],
    [
      'fewer nodes than promised, and no edges',
      (json) => withoutEdges(json).snapshot.node_count++,
      /fewer nodes/,
    ],
    ['nodes that claim fewer edges', (json) => json.nodes[4]!--, /fewer edges/],
    ['more edges than promised', (json) => json.edges.push(0, 1, 0), /more edges/],
    ['fewer edges than promised', (json) => json.edges.splice(-3), /fewer edges/],
    ['a node cut short', (json) => json.nodes.pop(), /cut short/],
    ['an edge to nowhere', (json) => (json.edges[2] = 6_000_000), /does not exist/],
    ['an edge into the middle of a node', (json) => (json.edges[2] = 7), /does not exist/],
    ['a name that is no string', (json) => (json.nodes[1] = 5_000), /not among its strings/],
    ['an edge name that is no string', (json) => (json.edges[4] = 5_000), /not among its strings/],
    ['no strings', (json) => json.strings.splice(0), /not among its strings/],
    ['a type out of range', (json) => (json.nodes[0] = 99), /type/],
    ['an edge type out of range', (json) => (json.edges[0] = 99), /type/],
    ['a negative number', (json) => (json.nodes[3] = -5), /not a number/],
    ['a fraction', (json) => (json.edges[2] = 0.5), /not a number/],
    ['a huge number', (json) => (json.nodes[3] = 1e20), /too large/],
    ['an id beyond 32 bits', (json) => (json.nodes[2] = 2 ** 40), /impossible id/],
    ['a node that claims all edges', (json) => (json.nodes[4] = 2 ** 31), /more edges/],
    ['a location of no node', (json) => (json.locations[0] = 600_000), /location/],
    ['a trillion nodes promised', (json) => (json.snapshot.node_count = 1e12), /more than the data can hold/],
    ['a billion edges promised', (json) => (json.snapshot.edge_count = 1e9), /more than the data can hold/],
    [
      'a count that is text',
      (json) => Object.assign(json.snapshot, { node_count: 'many' }),
      /how many nodes/,
    ],
    ['no field for sizes', (json) => (json.snapshot.meta.node_fields[3] = 'weight'), /self_size/],
    ['no types', (json) => Object.assign(json.snapshot.meta, { node_types: [] }), /which types/],
  ])('%s', (_, change, reason) => {
    expect(() => readSnapshotText(changed(change))).toThrow(reason);
  });

  function withoutEdges(json: SnapshotJson): SnapshotJson {
    json.snapshot.edge_count = 0;
    json.edges = [];
    json.nodes = json.nodes.map((value, i) => (i % 6 === 4 ? 0 : value));
    return json;
  }

  function zeroNodes(json: SnapshotJson): void {
    Object.assign(json.snapshot, { node_count: 0, edge_count: 0 });
    json.nodes = [];
    json.edges = [];
    json.locations = [];
  }

  test('something after its end', () => {
    expect(() => readSnapshotText(`${changed(() => undefined)} {}`)).toThrow(/follows its end/);
  });

  test('the same part twice', () => {
    const text = changed(() => undefined);
    expect(() => readSnapshotText(`${text.slice(0, -1)},"strings":[]}`)).toThrow(/twice/);
  });

  test('the end missing, wherever it was cut', () => {
    const text = changed(() => undefined);

    for (let length = 0; length < text.length; length++)
      expect(() => readSnapshotText(text.slice(0, length)), `at ${length}`).toThrow(TruncatedSnapshot);
  });
});

test('of four thousand damaged files each is refused with a reason or can be walked', () => {
  const text = changed(() => undefined);
  let accepted = 0;
  for (let seed = 1; seed <= 4_000; seed++) {
    try {
      const graph = readSnapshotText(mutated(text, seed), 1 + (seed % 97));
      accepted++;
      walk(graph);
    } catch (error) {
      expect(error, `seed ${seed}: ${error}`).toBeInstanceOf(MalformedSnapshot);
    }
  }
  expect(accepted).toBeGreaterThan(100);
});

/** Everything that a reader of a graph may ask. */
function walk(graph: ReturnType<typeof readSnapshotText>): void {
  const tree = computeDominators(graph);
  for (let node = 0; node < graph.nodeCount; node++) {
    graph.nodeName(node);
    graph.location(node);
    expect(graph.nodeById(graph.nodeId(node))).toBeGreaterThanOrEqual(0);
    expect(tree.retainedBytes(node)).toBeGreaterThanOrEqual(graph.shallowBytes(node));
    for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge++) {
      graph.edgeName(edge);
      expect(graph.edgeTarget(edge)).toBeLessThan(graph.nodeCount);
    }
    for (let i = graph.firstRetainer(node); i < graph.endRetainer(node); i++)
      expect(graph.edgeTarget(graph.retainerEdge(i))).toBe(node);
  }
}
