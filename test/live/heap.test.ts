// `culprit heap` on snapshots that real Node processes wrote of themselves.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HeapReport } from '../../src/model/heap/heap-report.ts';
import { lacking, needsOf, requires } from '../support/requires.ts';
import { runCulprit, wentWrongInside } from './support/culprit.ts';
import { thisNodeAnd } from './support/node-versions.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'culprit-heap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STORE = `
'use strict';
class Session {
  constructor(id) { this.user = { name: 'user ' + id }; }
}

const sessions = new Map();
const recent = new Map();

exports.visit = (id) => {
  sessions.set('session ' + id, new Session(id));
  recent.set(id, new Session(id));
  if (recent.size > 100) recent.delete(recent.keys().next().value);
};
`;

const EVENTS = `
import { EventEmitter } from 'node:events';

const bus = new EventEmitter();
bus.setMaxListeners(0);

export let audit = new Set();

export function serve(id) {
  const request = { id, body: 'x'.repeat(50) + id };
  bus.on('reload', function onReload() { return request; });
  audit.add({ id });
  setTimeout(function expire() { return request; }, 1e6);
}
`;

const MAIN = `
import { createRequire } from 'node:module';
import v8 from 'node:v8';
import { serve } from './events.mjs';
const { visit } = createRequire(import.meta.url)('./store.cjs');
let next = 0;
for (let step = 0; step < 3; step++) {
  for (let i = 0; i < 500; i++) { visit(next); serve(next++); }
  v8.writeHeapSnapshot(process.argv[2] + step + '.heapsnapshot');
}
process.exit();
`;

const snapshotsOf = (name: string) =>
  [0, 1, 2].map((step) => join(folder, `${name.replace(' ', '-')}-${step}.heapsnapshot`));

beforeAll(() => {
  writeFileSync(join(folder, 'store.cjs'), STORE);
  writeFileSync(join(folder, 'events.mjs'), EVENTS);
  writeFileSync(join(folder, 'main.mjs'), MAIN);
});

const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;

describe.each(thisNodeAnd(16, 24))('%s', (name, node) => {
  requires(...needsOf(node));
  beforeAll(async () => {
    if (await lacking(...needsOf(node))) return;
    await run(node, [join(folder, 'main.mjs'), join(folder, `${name.replace(' ', '-')}-`)]);
  });

  test('what grows is named with the line that declares it, and a bounded cache is not', async () => {
    const result = await runCulprit(['heap', ...snapshotsOf(name), '--json', '-', '--fail-on-growth']);
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code).toBe(1);
    const { growth, verdict } = JSON.parse(result.stdout) as HeapReport;
    expect(verdict).toBe('growth');
    const found = growth
      .filter(({ isMinor }) => !isMinor)
      .map(({ collection: { kind, path }, entries }) => ({
        kind,
        name: path.owner.kind === 'timer' || kind === 'timers' ? '' : path.owner.name,
        line: kind === 'timers' ? null : path.owner.place?.line,
        entries,
      }));
    const entries = [500, 1_000, 1_500];
    expect(found).toContainEqual({
      kind: 'map',
      name: 'sessions',
      line: lineOf(STORE, 'const sessions'),
      entries,
    });
    expect(found).toContainEqual({
      kind: 'listeners',
      name: 'bus',
      line: lineOf(EVENTS, 'const bus'),
      entries,
    });
    expect(found).toContainEqual({ kind: 'set', name: 'audit', line: lineOf(EVENTS, 'let audit'), entries });
    expect(found).toContainEqual({ kind: 'timers', name: '', line: null, entries });
    expect(found).toHaveLength(4);
  });

  test('the listeners and timers are told by their functions', async () => {
    const { stdout } = await runCulprit(['heap', ...snapshotsOf(name)]);
    expect(stdout).toContain(`function onReload (events.mjs:${lineOf(EVENTS, 'function onReload')})`);
    expect(stdout).toContain(`function expire (events.mjs:${lineOf(EVENTS, 'function expire')})`);
    expect(stdout).toContain(`Session (store.cjs:${lineOf(STORE, 'constructor')})`);
  });
});

describe('bad input is explained and ends with 2:', () => {
  test.each(['missing', 'cut short', 'no snapshot', 'a folder'])('%s', async (kind) => {
    const path = join(folder, `${kind}.heapsnapshot`);
    if (kind === 'cut short') {
      await run('cp', [snapshotsOf('this Node')[0]!, path]);
      truncateSync(path, 1_000_000);
    }
    if (kind === 'no snapshot') writeFileSync(path, '{"name":"a package"}');
    const result = await runCulprit(['heap', kind === 'a folder' ? folder : path]);
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^culprit: \S.+\n {2}\S/);
  });
});

test('gzipped snapshots are read as they are', async () => {
  const [first] = snapshotsOf('this Node');
  await run('gzip', ['-k', first!]);
  const result = await runCulprit(['heap', `${first}.gz`, '--quiet']);
  expect(result.stdout).toMatch(/^THE HEAP: /);
  expect(result.code).toBe(0);
});
