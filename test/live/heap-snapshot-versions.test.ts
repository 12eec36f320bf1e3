// Heap snapshots as each version of Node writes them are read alike.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { computeDominators } from '../../src/model/heap/dominators.ts';
import { NodeType } from '../../src/model/heap/heap-graph.ts';
import { readHeapSnapshot } from '../../src/recording/heap/heap-snapshot.ts';
import { requires } from '../support/requires.ts';
import { MAJORS, nodeBinary } from './support/node-versions.ts';

const folder = mkdtempSync(join(tmpdir(), 'culprit-heap-versions-'));

requires('other Node versions');
afterAll(() => rmSync(folder, { recursive: true }));

const SCRIPT = `
  class Session { constructor(i) { this.user = 'user ' + i; this.send = () => this.user; } }
  const kept = new Map();
  const seen = new WeakMap();
  for (let i = 0; i < 500; i++) {
    kept.set('key ' + i, new Session(i));
    seen.set(kept.get('key ' + i), { visits: [i] });
  }
  globalThis.sessions = { kept, seen };
  require('v8').writeHeapSnapshot(process.argv[1]);`;

test.each(MAJORS)('a Map of 500 sessions in Node %i', async (major) => {
  const file = join(folder, `${major}.heapsnapshot`);
  execFileSync(nodeBinary(major), ['-e', SCRIPT, file]);
  const graph = await readHeapSnapshot(file);
  const tree = computeDominators(graph);
  const nodes = Array.from({ length: graph.nodeCount }, (_, node) => node);
  const sessions = nodes.filter(
    (node) => graph.nodeName(node) === 'Session' && graph.nodeType(node) === NodeType.object,
  );
  expect(sessions.length).toBe(500);
  const maps = new Set(sessions.map((node) => tree.immediateDominator(tree.immediateDominator(node))));
  expect([...maps].map((node) => graph.nodeName(node))).toEqual(['Map']);
  expect(nodes.filter((node) => graph.nodeTypeName(node) === 'other')).toEqual([]);
  expect(sessions.every((node) => graph.location(node)?.line === 2)).toBe(true);
  const total = nodes.reduce((sum, node) => sum + graph.shallowBytes(node), 0);
  expect(tree.retainedBytes(graph.root)).toBe(total);
  // A session keeps what the WeakMap has for it. V8 has one value more, from which it copies the others.
  const values = nodes.filter((node) => edgeNames(graph, node).includes('visits'));
  const isSession = new Set(sessions);
  expect(values.filter((node) => isSession.has(tree.immediateDominator(node))).length).toBe(500);
});

function edgeNames(graph: Awaited<ReturnType<typeof readHeapSnapshot>>, node: number): (string | number)[] {
  const names = [];
  for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge++)
    if (graph.edgeTypeName(edge) === 'property') names.push(graph.edgeName(edge));
  return names;
}
