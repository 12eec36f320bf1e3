// What a watch of real processes sends to receivers that check it, what its flight recorder leaves of a process that is killed,
// and a runbook that stops a leak.
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { startPyroscope } from '../support/pyroscope-receiver.ts';
import { runCulprit } from './support/culprit.ts';
import { startObservedApp } from './support/observed-app.ts';
import { takeSnapshot, untilRestored } from './support/restored.ts';
import { endAllTargets, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';
import { endAllWatches, QUIET, startWatch, WAIT_MILLIS } from './support/watching.ts';

const closing: (() => void)[] = [];
afterAll(async () => {
  endAllWatches();
  for (const close of closing) close();
  await endAllTargets();
});

const ALWAYS = { name: 'always', metric: 'fds.share', warn: '0.001%', for: '0s', actions: ['diagnose'] };
const READY = `require('http').createServer((request, response) => response.end()).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });`;
const BUSY = `${READY}
function spinWheel() { const until = Date.now() + 60; while (Date.now() < until) Math.sqrt(Math.random()); }
setInterval(spinWheel, 70);`;

test.concurrent('metrics, events and profiles arrive as their formats say, and the target is clean afterwards', async () => {
  const [otlp, pyroscope] = await Promise.all([startOtlpReceiver(), startPyroscope()]);
  closing.push(
    () => otlp.server.close(),
    () => pyroscope.server.close(),
  );
  const target = await startObservedApp();
  const before = await takeSnapshot(target);
  const { watch, folder, decision } = startWatch(
    {
      ...QUIET,
      rules: [{ ...ALWAYS, limits: { count: 1, window: 'none' } }],
      otlp: { url: otlp.url, every: '5s' },
      profiles: { pyroscope: { url: pyroscope.base }, labels: { env: 'test' } },
    },
    [String(target.pid)],
  );
  await decision(({ what, outcome }) => what === 'diagnose' && outcome === 'done');
  await until('a profile', () => pyroscope.pushed[0], WAIT_MILLIS);
  await until('an event', () => otlp.received.find(({ path }) => path === '/v1/logs'), WAIT_MILLIS);
  watch.kill('SIGINT');
  expect((await watch.ended).code).toBe(0);
  expect([...otlp.wrong, ...pyroscope.wrong]).toEqual([]);
  const { profile, request } = pyroscope.pushed[0]!;
  expect(request.series[0]!.labels).toContainEqual({ name: 'service_name', value: String(target.pid) });
  expect(profile.sample.length).toBeGreaterThan(0);
  expect(readdirSync(join(folder, 'profiles'))).toHaveLength(pyroscope.pushed.length);
  const texts = otlp.received.map(({ body }) => JSON.stringify(body)).join('\n');
  for (const name of [
    'process.memory.usage',
    'process.cpu.time',
    'culprit.main_thread.busy',
    'culprit.alarm',
  ])
    expect(texts).toContain(`"${name}"`);
  expect((await untilRestored(target, before, 25_000)).left).toEqual([]);
  await target.end();
}, 300_000);

test.concurrent('what a busy process did before it was killed survives it', async () => {
  const target = await startTarget({ code: BUSY, name: `busy-${process.pid}.cjs` });
  const { watch, folder, decision } = startWatch(
    { ...QUIET, flight: { busy: '5%', window: '4s', keep: 3 } },
    [target.file],
  );
  const windows = () =>
    readdirSync(join(folder, 'flight'), { recursive: true }).filter((name) => String(name).endsWith('.tgz'));
  await until('a window', () => existsSync(join(folder, 'flight')) && windows().length > 0, WAIT_MILLIS, 500);
  process.kill(target.pid, 'SIGKILL');
  const kept = await decision(({ what, outcome }) => what === 'flight' && outcome === 'done');
  expect(kept.detail).toBe('1 of the last windows');
  const [file] = readdirSync(join(kept.evidence!, 'flight'));
  const path = join(kept.evidence!, 'flight', file!);
  const { stdout } = await runCulprit(['flame', path, '--renderer', 'collapsed', '--out', '-']);
  expect(stdout).toContain('spinWheel');
  watch.kill('SIGINT');
  expect((await watch.ended).code).toBe(0);
}, 300_000);

const leaking = (flag: string) => `${READY}
const fs = require('fs');
const sessions = new Map();
let visitors = 0;
setInterval(function visit() {
  // Work that goes on: a process that does nothing is idle, and nothing is said of its leaks.
  for (const until = Date.now() + 1; Date.now() <= until; );
  if (fs.existsSync(${JSON.stringify(flag)})) sessions.clear();
  else for (let i = 0; i < 4; i++) sessions.set('visitor-' + visitors++, new Array(300).fill(visitors));
}, 5);`;

test.concurrent('a runbook stops a leak, and the same diagnosis finds it gone; a dry run stops nothing', async () => {
  const flag = join(mkdtempSync(join(tmpdir(), 'culprit-runbook-')), 'stop');
  const target = await startTarget({ code: leaking(flag), name: `leaking-${process.pid}.cjs` });
  const code = `require('fs').writeFileSync(${JSON.stringify(flag)}, process.env.CULPRIT_RULE)`;
  const config = {
    ...QUIET,
    rules: [ALWAYS],
    runbooks: [
      { name: 'stop', finding: 'heap-leak', run: { exec: [process.execPath, '-e', code] }, verify: '10s' },
    ],
  };
  const dry = startWatch(config, [target.file, '--dry-run']);
  const said = await dry.decision(({ what }) => what === 'runbook');
  expect(said).toMatchObject({ outcome: 'skipped', detail: expect.stringMatching(/^dry run: would run /) });
  expect(existsSync(flag)).toBe(false);
  dry.watch.kill('SIGINT');
  await dry.watch.ended;
  const { watch, decision, decisions } = startWatch(config, [target.file]);
  const verified = await decision(({ what }) => what === 'verify');
  expect(verified).toMatchObject({ outcome: 'done', detail: 'it is gone', rule: 'runbook/stop' });
  expect(readFileSync(flag, 'utf8')).toBe('runbook/stop');
  expect(decisions().filter(({ what }) => what === 'runbook')).toHaveLength(1);
  watch.kill('SIGINT');
  expect((await watch.ended).code).toBe(0);
  await target.end();
}, 400_000);
