// Heap snapshots from disk and from streams: real ones of this Node, plain, gzipped and through a pipe, and the
// messages for what cannot be read.
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordingError, UsageError } from '../../src/errors.ts';
import { computeDominators } from '../../src/model/heap/dominators.ts';
import { type HeapGraph, NodeType } from '../../src/model/heap/heap-graph.ts';
import { readHeapSnapshot, readHeapSnapshotStream } from '../../src/recording/heap/heap-snapshot.ts';
import { drawHeap } from '../support/heap-snapshot-builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'culprit-heap-'));
const path = (name: string) => join(folder, name);
const real = path('real.heapsnapshot');

const SCRIPT = `
  class Session { constructor(i) { this.user = 'user ' + i; this.tags = [i]; } }
  globalThis.sessions = new Map();
  for (let i = 0; i < 1000; i++) sessions.set('key ' + i, new Session(i));
  require('v8').writeHeapSnapshot(process.argv[1]);`;

beforeAll(() => {
  execFileSync(process.execPath, ['-e', SCRIPT, real]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a real snapshot', () => {
  test('has the same counts, sizes and names as JSON.parse finds in it', async () => {
    const graph = await readHeapSnapshot(real);
    expectSameAsJson(graph, JSON.parse(readFileSync(real, 'utf8')));
  });

  test('says what holds a thousand sessions, and how much that is', async () => {
    const graph = await readHeapSnapshot(real);
    const tree = computeDominators(graph);
    const sessions = nodesNamed(graph, 'Session');
    expect(sessions.length).toBe(1_000);
    const holders = new Set(sessions.map((node) => graph.nodeName(tree.immediateDominator(node))));
    expect([...holders]).toEqual(['']);
    const table = tree.immediateDominator(sessions[0]!);
    const map = tree.immediateDominator(table);
    expect(graph.nodeName(map)).toBe('Map');
    expect(tree.retainedBytes(map)).toBeGreaterThan(100_000);
    expect(tree.isOwnedByApplication(map)).toBe(true);
    expect(graph.location(sessions[0]!)).toMatchObject({ line: 2 });
  });

  test('is the same read by two threads', async () => {
    const [one, two] = [await readHeapSnapshot(real), await readHeapSnapshot(real, { twoThreadsFrom: 0 })];
    expect(two.storage.edges).toEqual(one.storage.edges);
    expect(two.storage.nodeNames).toEqual(one.storage.nodeNames);
    const [treeOfOne, treeOfTwo] = [computeDominators(one), computeDominators(two)];
    for (let node = 0; node < one.nodeCount; node++) {
      expect(treeOfTwo.immediateDominator(node)).toBe(treeOfOne.immediateDominator(node));
      expect(treeOfTwo.retainedBytes(node)).toBe(treeOfOne.retainedBytes(node));
    }
  });

  test('is the same gzipped, and in a stream', async () => {
    const graph = await readHeapSnapshot(real);
    const packed = gzipSync(readFileSync(real));
    writeFileSync(path('real.heapsnapshot.gz'), packed);
    const others = [
      await readHeapSnapshot(path('real.heapsnapshot.gz')),
      await readHeapSnapshotStream(createReadStream(real), 'standard input'),
      await readHeapSnapshotStream(Readable.from([packed]), 'standard input'),
    ];
    for (const other of others) expect(other.storage.edges).toEqual(graph.storage.edges);
  });

  test('of ourselves can be read while V8 writes it', async () => {
    const graph = await readHeapSnapshotStream(getHeapSnapshot(), 'our own heap');
    expect(graph.nodeCount).toBeGreaterThan(50_000);
    expect(computeDominators(graph).retainedBytes(0)).toBeGreaterThan(5e6);
  });

  test('comes through a named pipe, which has no size and can be read only once', async () => {
    execFileSync('mkfifo', [path('pipe')]);
    createReadStream(real).pipe(createWriteStream(path('pipe')));
    const graph = await readHeapSnapshot(path('pipe'));
    expect(nodesNamed(graph, 'Session').length).toBe(1_000);
  });
});

describe('what cannot be read is told in one sentence:', () => {
  test('a file that is not there, a folder', async () => {
    await expect(readHeapSnapshot(path('nothing'))).rejects.toThrow(UsageError);
    await expect(readHeapSnapshot(folder)).rejects.toThrow(/is a folder/);
  });

  test.each([
    ['empty', Buffer.from(''), /ends too early/],
    ['text', Buffer.from('GIF89a'), /its structure is not that/],
    [
      'half of it',
      () => readFileSync(real).subarray(0, 1_000_000),
      /ends too early|more than the data can hold/,
    ],
    ['half a gzip', () => gzipSync(readFileSync(real)).subarray(0, 200_000), /ends too early/],
    ['a damaged gzip', () => gzipSync(readFileSync(real)).fill(0xff, 10, 100), /gzip data are damaged/],
    ['a gzip of nothing', gzipSync(''), /ends too early/],
  ])('%s', async (name, bytes, reason) => {
    const file = path(`bad ${name}`);
    writeFileSync(file, typeof bytes === 'function' ? bytes() : bytes);
    const error = await readHeapSnapshot(file).then(
      () => null,
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(RecordingError);
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(file);
    expect(error.hint).toMatch(/\.$/);
  });

  test('the same by two threads, wherever the fault is', async () => {
    const whole = readFileSync(real, 'latin1');
    const edges = whole.indexOf('"edges":[');
    for (const [at, reason] of [
      [whole.indexOf('"nodes":[') + 500, /no number|no such|name|type|edges|nodes/],
      [edges + 500, /edges contain something|not exist/],
    ] as const) {
      writeFileSync(path('bad'), `${whole.slice(0, at)}x${whole.slice(at + 1)}`, 'latin1');
      await expect(readHeapSnapshot(path('bad'), { twoThreadsFrom: 0 })).rejects.toThrow(reason);
    }
    writeFileSync(path('cut'), whole, 'latin1');
    truncateSync(path('cut'), edges + 100_000);
    await expect(readHeapSnapshot(path('cut'), { twoThreadsFrom: 0 })).rejects.toThrow(
      /ends too early|more than the data can hold/,
    );
  });

  test('an empty stream', async () => {
    await expect(readHeapSnapshotStream(Readable.from([]), 'standard input')).rejects.toThrow(
      /standard input cannot be read as a heap snapshot: it ends too early/,
    );
  });
});

test('a string table of 100 MB, gzipped to next to nothing', async () => {
  const heap = drawHeap();
  const [before, after] = heap.json().split('"strings":[') as [string, string];
  const file = path('strings.gz');
  const parts = [`${before}"strings":[`, after.slice(0, -2)];
  const megabyte = `,"${'x'.repeat(2 ** 20)}"`;
  const packed = gzipSync([...parts, megabyte.repeat(100), ']}'].join(''));
  writeFileSync(file, packed);
  const graph = await readHeapSnapshot(file);
  expect(graph.stringCount).toBeGreaterThan(100);
});

function nodesNamed(graph: HeapGraph, name: string): number[] {
  const index = graph.stringIndex(name);
  return Array.from({ length: graph.nodeCount }, (_, node) => node).filter(
    (node) => graph.nodeNameIndex(node) === index && graph.nodeType(node) === NodeType.object,
  );
}

interface RawSnapshot {
  snapshot: {
    meta: { node_fields: string[]; node_types: [string[]]; edge_types: [string[]] };
    node_count: number;
  };
  nodes: number[];
  edges: number[];
  strings: string[];
}

function expectSameAsJson(graph: HeapGraph, { snapshot, nodes, edges, strings }: RawSnapshot): void {
  const { node_fields: fields, node_types, edge_types } = snapshot.meta;
  const [type, name, id, size] = ['type', 'name', 'id', 'self_size'].map((field) => fields.indexOf(field));
  expect(graph.nodeCount).toBe(snapshot.node_count);
  for (let node = 0; node < graph.nodeCount; node++) {
    const at = node * fields.length;
    if (graph.nodeName(node) !== strings[nodes[at + name!]!])
      expect(graph.nodeName(node)).toBe(strings[nodes[at + name!]!]);
    if (graph.nodeTypeName(node) !== node_types[0][nodes[at + type!]!]) expect.fail(`type of ${node}`);
    if (graph.nodeId(node) !== nodes[at + id!]) expect.fail(`id of ${node}`);
    if (graph.shallowBytes(node) !== nodes[at + size!]) expect.fail(`size of ${node}`);
  }
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const raw = edges[3 * edge + 1]!;
    if (graph.edgeTarget(edge) !== edges[3 * edge + 2]! / fields.length) expect.fail(`target of ${edge}`);
    const expected = graph.hasNumericName(edge) ? raw : strings[raw];
    if (graph.edgeName(edge) !== expected) expect.fail(`name of ${edge}`);
    if (graph.edgeTypeName(edge).replace('ephemeron', 'internal') !== edge_types[0][edges[3 * edge]!])
      expect.fail(`type of ${edge}`);
  }
}
