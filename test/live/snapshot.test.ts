// Heap snapshots of live targets: what they add to a report, what is left of them in a recording, that the target is as
// it was on every way out, and that none is taken where there is no memory for it.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import CDP from 'chrome-remote-interface';
import { afterAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { HeapReport } from '../../src/model/heap/heap-report.ts';
import { makeGroup, startTime, statusBytes } from '../stress/memory-group.mjs';
import { skipUnless } from '../support/requires.ts';
import { reportOf, runCulprit, startCulprit, wentWrongInside } from './support/culprit.ts';
import { openInspectorPort } from './support/observe.ts';
import { startObservedApp } from './support/observed-app.ts';
import { startPinging, takeSnapshot, untilRestored } from './support/restored.ts';
import { endAllTargets, get, type RunningTarget, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

const scratch = mkdtempSync(join(tmpdir(), 'culprit-snapshot-'));
afterAll(async () => {
  await endAllTargets();
  rmSync(scratch, { recursive: true, force: true });
});

// A leak is told from six collections on, and those of a short look come late: see heap-reads.ts.
const LOOK = '18s';
// The lease is 10 s; the rest is room for a busy machine.
const LEASE_MILLIS = 25_000;

const STORE = `
'use strict';
class Session {
  constructor(id) { this.id = id; this.lines = new Array(20).fill(id); }
}
class SessionStore {
  constructor() { this.byUser = new Map(); }
  remember(id) { this.byUser.set('user ' + id, new Session(id)); }
}
const store = new SessionStore();
exports.visit = (id) => store.remember(id);
`;

const SERVER = `
'use strict';
const http = require('http');
const { visit } = require('./store.cjs');
let next = 0;
setInterval(function serveSome() { for (let i = 0; i < 40; i++) visit(next++); }, 50);
http.createServer((req, res) => {
  if (req.url === '/fill') for (let i = 0; i < 60000; i++) visit(next++);
  res.end('ok');
}).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

const serve = (options = {}) => startTarget({ code: SERVER, files: { 'store.cjs': STORE }, ...options });
const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;

/** The leak of STORE, with the whole way to it. */
function expectStoreLeak(finding: Finding | undefined): void {
  expect(finding).toMatchObject({ kind: 'heap-leak', title: expect.stringContaining('ore.byUser` ') });
  // Once V8 has put store.cjs's functions in place of their calls, its allocation stacks have the caller alone.
  expect(['store.cjs', 'app.cjs']).toContain(finding!.subject.file);
  const { owner, steps } = finding!.retainerPath!;
  expect(owner).toMatchObject({
    kind: 'module-variable',
    name: 'store',
    place: { file: 'store.cjs', line: lineOf(STORE, 'const store') },
  });
  expect(steps.at(-1)).toMatchObject({ kind: 'property', name: 'byUser', className: 'Map' });
}

const snapshotsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.heapsnapshot.gz'))
    .sort()
    .map((name) => join(folder, name));

describe('--snapshot force', () => {
  test.concurrent('names who holds what accumulates, keeps snapshots that `culprit heap` reads, and restores the target', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const pinger = startPinging(target);
    const out = join(scratch, 'forced');
    const args = ['--duration', LOOK, '--snapshot', 'force', '--json', '-', '--out', out];
    const result = await runCulprit(['diagnose', String(target.pid), ...args]);
    expect(wentWrongInside(result)).toBeNull();
    const { left } = await untilRestored(target, before, 5_000);
    const pings = await pinger.stop();
    await target.end();
    expect(left).toEqual([]);
    expect(pings.failed).toBe(0);
    const { findings, capture } = reportOf(result);
    expect(capture).toMatchObject({ restored: true, steps: expect.arrayContaining(['snapshot']) });
    expect(capture.warnings.map(({ code }) => code)).toContain('snapshot-taken');
    const { owner } = findings[0]!.retainerPath!;
    expect(['byId', 'seen', 'log']).toContain(owner.name);
    expect(owner.place).toMatchObject({ file: 'observed.cjs', line: expect.any(Number) });
    // Strings of the program are in there.
    for (const path of snapshotsIn(out)) expect(statSync(path).mode & 0o077).toBe(0);
    expect(capture.files.filter(({ kind }) => kind === 'heap-snapshot')).toHaveLength(2);
    const explained = await runCulprit(['heap', ...snapshotsIn(out), '--json', '-']);
    expect(wentWrongInside(explained)).toBeNull();
    const { growth } = JSON.parse(explained.stdout) as HeapReport;
    expect(growth.map(({ collection }) => collection.path.owner.name)).toContain('byId');
  }, 60_000);

  test.concurrent('says the same through `record -o x.tgz` and `analyze`', async () => {
    const target = await serve();
    const archive = join(scratch, 'forced.tgz');
    const args = ['--duration', LOOK, '--snapshot', 'force', '-o', archive];
    const recorded = await runCulprit(['record', String(target.pid), ...args]);
    expect(wentWrongInside(recorded)).toBeNull();
    expect(recorded.code).toBe(0);
    expect(await target.get('/')).toBe('ok');
    const analyzed = await runCulprit(['analyze', archive, '--json', '-']);
    expect(wentWrongInside(analyzed)).toBeNull();
    expectStoreLeak(reportOf(analyzed).findings[0]);
    // Elsewhere, without the program's files: the same holder.
    await target.end();
    const text = await runCulprit(['analyze', archive]);
    expect(text.stdout).toMatch(/Held by .*\bstore\b.*store\.cjs:\d+/);
  }, 60_000);
});

describe('culprit is ended while a snapshot is being taken', () => {
  /** Resolves while V8 is at it: the file is there, and half. */
  async function startSnapshot(target: RunningTarget, name: string) {
    await target.get('/fill').catch(() => {});
    const out = join(scratch, name);
    const args = ['--duration', '8s', '--snapshot', 'force', '--json', '-', '--out', out];
    const culprit = startCulprit(['diagnose', String(target.pid), ...args]);
    const partial = `${out}.partial-${culprit.pid}`;
    await until('a snapshot begins', () => existsSync(partial) && snapshotsIn(partial).length > 0, 20_000, 5);
    return { culprit, out, partial };
  }

  test.concurrent('kill -9 leaves a target that serves and restores itself', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const pinger = startPinging(target);
    const { culprit, out } = await startSnapshot(target, 'killed');
    culprit.kill('SIGKILL');
    await culprit.ended;
    const { left } = await untilRestored(target, before, LEASE_MILLIS);
    const pings = await pinger.stop();
    await target.end();
    expect(left).toEqual([]);
    expect(pings.failed).toBe(0);
    expect(pings.answered).toBeGreaterThan(0);
    expect(existsSync(out)).toBe(false);
  }, 60_000);

  test.concurrent('SIGINT keeps what there is, whole, and restores the target', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const { culprit, out, partial } = await startSnapshot(target, 'interrupted');
    culprit.kill('SIGINT');
    const result = await culprit.ended;
    const { left } = await untilRestored(target, before, 5_000);
    await target.end();
    expect(wentWrongInside(result)).toBeNull();
    expect(left).toEqual([]);
    expect(existsSync(partial)).toBe(false);
    for (const path of snapshotsIn(out)) {
      const explained = await runCulprit(['heap', path, '--quiet']);
      expect(explained.code, explained.stderr).toBe(0);
    }
  }, 60_000);

  test.concurrent('the target is killed: no half snapshot is left, and what there is is analysed', async () => {
    const target = await serve();
    const { culprit, out } = await startSnapshot(target, 'target-gone');
    target.child.kill('SIGKILL');
    const result = await culprit.ended;
    await target.end();
    expect(wentWrongInside(result)).toBeNull();
    expect([0, 3]).toContain(result.code);
    expect(JSON.stringify(reportOf(result).warnings)).toContain('target-ended');
    expect(snapshotsIn(out)).toEqual([]);
  }, 60_000);
});

test('where the limit leaves 1.3 times the memory a forced snapshot is refused, the leak is named, and the process lives on', async (context) => {
  await skipUnless(context, 'memory group');
  const group = makeGroup('refusal');
  let target: RunningTarget | undefined;
  try {
    // The shell joins the group and becomes node: all of its memory is counted.
    const enter = `echo $$ > ${group.folder}/cgroup.procs && exec "$0" "$@"`;
    const nodeArgs = ['-c', enter, process.execPath, '--inspect-port=0'];
    const server = await serve({ node: '/bin/sh', nodeArgs, usesDefaultInspectorPort: true });
    target = server;
    await server.get('/fill');
    const bornAt = startTime(server.pid);
    group.limit(Math.round(group.usedBytes() + 0.3 * statusBytes(server.pid, 'VmRSS')));
    const args = ['--duration', LOOK, '--snapshot', 'force', '--json', '-'];
    const result = await runCulprit(['diagnose', String(server.pid), ...args]);
    expect(group.kills()).toBe(0);
    expect(startTime(server.pid)).toBe(bornAt);
    expect(await server.get('/')).toBe('ok');
    expect(wentWrongInside(result)).toBeNull();
    const { findings, capture } = reportOf(result);
    expect(capture.restored).toBe(true);
    expect(capture.steps).not.toContain('snapshot');
    expect(capture.warnings.filter(({ code }) => code.startsWith('snapshot'))).toEqual([
      { code: 'snapshot-no-memory', message: expect.stringContaining("left below the container's limit") },
    ]);
    expect(findings[0]).toMatchObject({ kind: 'heap-leak', subject: { file: 'store.cjs' } });
    // And rightly so: taken by hand, it ends the process.
    process.kill(server.pid, 'SIGUSR1');
    const port = await until('its inspector is open', () => openInspectorPort(server.pid, server.port));
    const { webSocketDebuggerUrl } = JSON.parse(await get(port, '/json/list'))[0];
    const client = await CDP({ target: webSocketDebuggerUrl, local: true });
    client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false }).catch(() => {});
    await until('the kernel ends it', () => !server.isRunning());
    expect(group.kills()).toBeGreaterThan(0);
    await client.close().catch(() => {});
  } finally {
    await target?.end();
    await group.stop();
  }
}, 60_000);
