// `culprit diagnose --trace`: the file opens elsewhere, and the target traces nothing afterwards, however culprit ends.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { needsOf, requires } from '../support/requires.ts';
import { runCulprit, startCulprit, wentWrongInside } from './support/culprit.ts';
import { thisNodeAnd } from './support/node-versions.ts';
import { endAllTargets, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-trace-'));
afterAll(async () => {
  await endAllTargets();
  rmSync(dir, { recursive: true, force: true });
});

/** Answers with the trace categories that are on; meanwhile there is work to trace. */
const CODE = `'use strict';
const fs = require('fs');
const trace = require('trace_events');
setInterval(function work() { fs.readFileSync(__filename); fs.readFile(__filename, () => {}); JSON.stringify(new Array(20_000).fill({})); }, 10);
require('http').createServer((req, res) => res.end(String(trace.getEnabledCategories() || 'none')))
  .listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

describe.each(thisNodeAnd(16, 26))('%s', (name, node) => {
  requires(...needsOf(node));
  test('the trace parses, has events with names and durations, and tracing is off afterwards', async () => {
    const target = await startTarget({ code: CODE, node });
    expect(await target.get('/')).toBe('none');
    const file = join(dir, `${name}.json`);
    const args = ['diagnose', String(target.pid), '--duration', '3s', '--trace', file];
    const running = startCulprit(args);
    await until('tracing is on', async () => (await target.get('/')).includes('v8'));
    const result = await running.ended;
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/Trace written to .*events.*perfetto/);
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8'));
    const names = new Set(traceEvents.map((event: { name: string }) => event.name));
    expect(traceEvents.length).toBeGreaterThan(100);
    expect([...names]).toContain('fs.sync.read');
    expect([...names]).toContain('RunTimers');
    expect(
      traceEvents.filter(({ dur, ph }: { dur?: number; ph: string }) => ph === 'X' && dur! > 0).length,
    ).toBeGreaterThan(10);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await target.get('/')).toBe('none');
    await target.end();
  });
});

test('tracing is off when culprit is killed, and no half file has the final name', async () => {
  const target = await startTarget({ code: CODE });
  const file = join(dir, 'killed.json');
  const running = startCulprit(['diagnose', String(target.pid), '--trace', file]);
  await until('tracing is on', async () => (await target.get('/')).includes('v8'));
  running.kill('SIGKILL');
  await running.ended;
  await until('tracing is off', async () => (await target.get('/')) === 'none');
  expect(readdirSync(dir)).not.toContain('killed.json');
  await target.end();
});

test('a file that cannot be written is said before the target is touched', async () => {
  const target = await startTarget({ code: CODE });
  const result = await runCulprit(['diagnose', String(target.pid), '--trace', '/no/such/folder/t.json']);
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(/Cannot write/);
  expect(target.stderr()).toBe('');
  await target.end();
});
