// Reading a heap snapshot: what goes into the file comes out of the graph, however the file is cut and whichever V8
// wrote it.
import { describe, expect, test } from 'vitest';
import { NodeType } from '../../../src/model/heap/heap-graph.ts';
import { drawHeap, readSnapshotText } from '../../support/heap-snapshot-builder.ts';

function smallHeap(options?: Parameters<typeof drawHeap>[0]) {
  const heap = drawHeap(options);
  const sessions = heap.node('object', 'Map', {
    bytes: 32,
    id: 901,
    at: { scriptId: 12, line: 34, column: 5 },
  });
  const handler = heap.node('closure', 'onRequest', { bytes: 64, detachedness: 2 });
  heap.global.property('sessions', sessions).context('handler', handler);
  sessions.internal('table', handler).element(7, handler).hidden(3, sessions).weak('w', handler);
  return { heap, sessions, handler };
}

describe('a graph says', () => {
  const { heap, sessions, handler } = smallHeap();
  heap.gcRoots.internal('Grüße "x"', handler);
  const graph = heap.graph();

  test('how many nodes and edges there are, and what each node is', () => {
    expect([graph.nodeCount, graph.edgeCount]).toEqual([5, 9]);
    expect(graph.nodeType(handler.ordinal)).toBe(NodeType.closure);
    expect(graph.nodeTypeName(handler.ordinal)).toBe('closure');
    expect(graph.nodeName(sessions.ordinal)).toBe('Map');
    expect(graph.shallowBytes(sessions.ordinal)).toBe(32);
    expect(graph.detachedness(handler.ordinal)).toBe('detached');
    expect(graph.detachedness(sessions.ordinal)).toBe('unknown');
  });

  test('which edges leave a node', () => {
    const edges = [];
    for (let edge = graph.firstEdge(sessions.ordinal); edge < graph.endEdge(sessions.ordinal); edge++)
      edges.push([graph.edgeTypeName(edge), graph.edgeName(edge), graph.edgeTarget(edge)]);
    expect(edges).toEqual([
      ['internal', 'table', handler.ordinal],
      ['element', 7, handler.ordinal],
      ['hidden', 3, sessions.ordinal],
      ['weak', 'w', handler.ordinal],
    ]);
  });

  test('which edges lead to a node, weak ones too', () => {
    const sources = [];
    for (let i = graph.firstRetainer(handler.ordinal); i < graph.endRetainer(handler.ordinal); i++)
      sources.push([graph.retainerNode(i), graph.edgeName(graph.retainerEdge(i))]);
    expect(sources).toEqual([
      [heap.gcRoots.ordinal, 'Grüße "x"'],
      [heap.global.ordinal, 'handler'],
      [sessions.ordinal, 'table'],
      [sessions.ordinal, 7],
      [sessions.ordinal, 'w'],
    ]);
  });

  test('where a function stands, counted from 1, and nothing where V8 does not know', () => {
    expect(graph.location(sessions.ordinal)).toEqual({ scriptId: 12, line: 34, column: 5 });
    expect(graph.location(handler.ordinal)).toBeNull();
  });

  test('which node has an id', () => {
    expect(graph.nodeId(sessions.ordinal)).toBe(901);
    expect(graph.nodeById(901)).toBe(sessions.ordinal);
    expect(graph.nodeById(902)).toBe(-1);
  });

  test('which index a name has', () => {
    expect(graph.string(graph.stringIndex('sessions'))).toBe('sessions');
    expect(graph.stringIndex('nobody')).toBe(-1);
    expect(graph.string(graph.stringIndex('Grüße "x"'))).toBe('Grüße "x"');
  });
});

test('wherever the file is cut, the graph is the same', () => {
  const { heap, sessions } = smallHeap();
  heap.global.property('text', heap.node('string', 'a "quoted" \\ Zürich 😀\u2028'));
  const text = heap.json();
  const whole = readSnapshotText(text);
  for (let chunkBytes = 1; chunkBytes < 60; chunkBytes++) {
    const graph = readSnapshotText(text, chunkBytes);
    expect(graph.storage.edges).toEqual(whole.storage.edges);
    expect(graph.nodeName(sessions.ordinal + 2)).toBe('a "quoted" \\ Zürich 😀\u2028');
  }
});

describe('fields that differ between versions of V8:', () => {
  test.each([
    ['without detachedness', ['type', 'name', 'id', 'self_size', 'edge_count']],
    [
      'with trace_node_id',
      ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
    ],
    ['in another order', ['edge_count', 'self_size', 'a new one', 'id', 'type', 'name', 'another']],
  ])('nodes %s', (_, nodeFields) => {
    const { heap, sessions, handler } = smallHeap({ nodeFields });
    const graph = heap.graph();
    expect(graph.nodeName(sessions.ordinal)).toBe('Map');
    expect(graph.shallowBytes(handler.ordinal)).toBe(64);
    expect(graph.location(sessions.ordinal)?.line).toBe(34);
    expect(graph.edgeTarget(graph.firstEdge(heap.global.ordinal))).toBe(sessions.ordinal);
  });

  test('edges in another order, with a field more', () => {
    const { heap, sessions } = smallHeap({ edgeFields: ['to_node', 'flags', 'name_or_index', 'type'] });
    const graph = heap.graph();
    expect(graph.edgeName(graph.firstEdge(sessions.ordinal))).toBe('table');
  });

  test('a node type that V8 has added since is "other"', () => {
    const { heap } = smallHeap();
    const json = heap.snapshot();
    (json.snapshot.meta.node_types as string[][])[0]![5] = 'quantum object';
    const graph = readSnapshotText(JSON.stringify(json));
    expect(graph.nodeTypeName(4)).toBe('other');
  });

  test('parts that we have no use for are passed over', () => {
    const { heap } = smallHeap();
    const json = { ...heap.snapshot(), trace_tree: [1, [2, ['a "]" b', {}]]], scopes: { a: [']', '\\"'] } };
    expect(readSnapshotText(JSON.stringify(json)).nodeCount).toBe(5);
    const others = { version: 7, name: 'a "\\" ]', empty: [], flag: null, ...json, last: true };
    expect(readSnapshotText(JSON.stringify(others)).nodeCount).toBe(5);
  });
});

describe('numbers that do not fit into the packed arrays:', () => {
  test('a buffer of 6 GB, an element at index 4 billion', () => {
    const heap = drawHeap();
    const buffer = heap.node('native', 'system / JSArrayBufferData', { bytes: 6e9 });
    const sparse = heap.node('object', 'Array');
    heap.global.property('sparse', sparse);
    sparse
      .element(4_294_967_290, buffer)
      .element(5, buffer)
      .element(2 ** 29 - 1, buffer);
    const graph = heap.graph();
    const first = graph.firstEdge(sparse.ordinal);
    expect([0, 1, 2].map((i) => graph.edgeName(first + i))).toEqual([4_294_967_290, 5, 2 ** 29 - 1]);
    expect(graph.shallowBytes(buffer.ordinal)).toBe(6e9);
  });
});

describe('strings:', () => {
  test.each([
    ['quotes and backslashes', '\\"\\\\\\n'],
    ['control characters', '\u0000\u001b[31m\n\t'],
    ['beyond the basic plane', '😀𝒳'],
    ['a lone surrogate', 'a\ud800b'],
    ['a byte order mark', '\ufeffx'],
    ['markup', '<script>alert(1)</script>'],
    ['nothing', ''],
    ['a megabyte', 'x'.repeat(2 ** 20)],
  ])('%s', (_, text) => {
    const heap = drawHeap();
    const node = heap.node('string', text);
    expect(heap.graph().nodeName(node.ordinal)).toBe(text);
  });

  test('a table larger than one piece of memory', () => {
    const heap = drawHeap();
    const texts = Array.from({ length: 30 }, (_, i) => String.fromCharCode(97 + i).repeat(900_000 + i));
    const nodes = texts.map((text) => heap.node('string', text));
    const graph = heap.graph();
    expect(nodes.every((node, i) => graph.nodeName(node.ordinal) === texts[i])).toBe(true);
  });

  test('an escape that JSON does not know is shown as it stands', () => {
    const text = smallHeap().heap.json().replace('"sessions"', '"sess\\xions"');
    expect(readSnapshotText(text).edgeName(2)).toBe('sess\\xions');
  });
});
