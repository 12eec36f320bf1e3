// A program that is profiled already, by itself or by a tool that runs in it all the time: after our look theirs still runs,
// and what it has is whole.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { asksFor, needsOf, skipUnless } from '../support/requires.ts';
import { reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { nodeBinary, thisNodeAnd } from './support/node-versions.ts';
import { openInspectorPort } from './support/observe.ts';
import { profilerPath } from './support/profilers.ts';
import { endAllTargets, type RunningTarget, startTarget } from './support/target.ts';

const scratch = mkdtempSync(join(tmpdir(), 'culprit-beside-'));

asksFor('other profilers', 'other Node versions');
afterAll(async () => {
  await endAllTargets();
  rmSync(scratch, { recursive: true, force: true });
});

/** A leak, so that our look takes every step; `/theirs` stops their profilers and tells what they had. */
const program = (start: string, theirs: string) => `
'use strict';
const http = require('http');
const kept = [];
${start}
let ended = 0;
setInterval(function remember() { for (let i = 0; i < 40; i++) kept.push({ i, lines: new Array(20).fill(i) }); }, 20);
http.createServer((req, res) => {
  if (req.url === '/end') { res.end(); return void setImmediate(() => process.exit(0)); }
  if (req.url !== '/theirs') return void res.end('ok');
  Promise.resolve((() => { ${theirs} })()).then((said) => res.end(JSON.stringify(said)), (error) => res.end(JSON.stringify({ error: String(error.stack) })));
}).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

/** What the program says of its profilers after our look. */
async function lookBeside(target: RunningTarget, samplesHeap: boolean): Promise<Record<string, unknown>> {
  const result = await runCulprit([
    'diagnose',
    String(target.pid),
    '--duration',
    '6s',
    '--json',
    '-',
    '--out',
    join(scratch, String(target.pid)),
  ]);
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, result.stderr).toBe(0);
  const report = reportOf(result);
  expect(report.capture.restored).toBe(true);
  const warned = report.warnings.filter(({ code }) => code === 'heap-sampled-already');
  expect(warned).toHaveLength(samplesHeap ? 1 : 0);
  expect(report.capture.files.filter(({ kind }) => kind === 'heap-profile').length).toBeGreaterThan(0);
  expect(await openInspectorPort(target.pid, target.port)).toBeNull();
  return JSON.parse(await target.get('/theirs'));
}

const NODES = thisNodeAnd(24, 26);

test.concurrent.for(NODES)('@datadog/pprof in %s', async ([, node], context) => {
  await skipUnless(context, 'other profilers', ...needsOf(node));
  const target = await startTarget({
    node,
    code: program(
      `const pprof = require(${JSON.stringify(profilerPath('@datadog/pprof'))});
      pprof.heap.start(65536, 64);
      pprof.time.start({ durationMillis: 600000, intervalMicros: 10000 });`,
      'return { heap: pprof.heap.profile().sample.length, time: pprof.time.stop(false).sample.length };',
    ),
  });
  const theirs = await lookBeside(target, true);
  expect(theirs).toEqual({ heap: expect.any(Number), time: expect.any(Number) });
  expect(theirs.heap).toBeGreaterThan(0);
  expect(theirs.time).toBeGreaterThan(0);
  await target.end();
});

test.concurrent.for(NODES)('@pyroscope/nodejs in %s', async ([, node], context) => {
  await skipUnless(context, 'other profilers', ...needsOf(node));
  // Nothing listens at its server's address: what it would send is of no interest here.
  const target = await startTarget({
    node,
    code: program(
      `const pyroscope = require(${JSON.stringify(profilerPath('@pyroscope/nodejs'))});
      pyroscope.init({ serverAddress: 'http://127.0.0.1:1', appName: 'shop', flushIntervalMs: 600000,
        heap: { samplingIntervalBytes: 65536, stackDepth: 64 }, wall: { samplingDurationMs: 600000, samplingIntervalMs: 10 } });
      pyroscope.start();
      const own = new (require('inspector').Session)();
      own.connect();`,
      `let isSampled = false;
      own.post('HeapProfiler.getSamplingProfile', (error) => { isSampled = !error; });
      return { isSampled };`,
    ),
  });
  expect(await lookBeside(target, true)).toEqual({ isSampled: true });
  await target.end();
});

const PROFILES = `
  const session = new (require('inspector').Session)();
  session.connect();
  const ask = (method, params = {}) => new Promise((resolve, reject) => session.post(method, params, (error, answer) => error ? reject(error) : resolve(answer)));
  const hook = require('async_hooks').createHook({ init() { inits++; } }).enable();
  let inits = 0;
  let published = 0;
  require('diagnostics_channel').subscribe?.('http.server.request.start', () => published++);
  ask('HeapProfiler.startSampling', { samplingInterval: 65536 });
  ask('Profiler.enable').then(() => ask('Profiler.setSamplingInterval', { interval: 10000 })).then(() => ask('Profiler.start'));`;
const ANSWERS = `
  const before = inits;
  return new Promise((resolve) => setTimeout(resolve, 50)).then(async () => {
    const heap = await ask('HeapProfiler.stopSampling');
    const { profile } = await ask('Profiler.stop');
    const deltas = profile.timeDeltas.slice(1).sort((a, b) => a - b);
    return {
      sampled: heap.profile.head.children.length > 0,
      covers: (profile.endTime - profile.startTime) / 1e6 > 5,
      keptItsInterval: deltas[deltas.length >> 1] > 5000,
      hooked: inits > before,
      published: published > 0 || !require('diagnostics_channel').subscribe,
    };
  });`;

test.concurrent.for(NODES)(
  'a session, hooks and subscriptions of its own in %s',
  async ([, node], context) => {
    await skipUnless(context, ...needsOf(node));
    const target = await startTarget({ node, code: program(PROFILES, ANSWERS) });
    expect(await lookBeside(target, true)).toEqual({
      sampled: true,
      covers: true,
      keptItsInterval: true,
      hooked: true,
      published: true,
    });
    await target.end();
  },
);

test.concurrent.for(NODES)(
  '--cpu-prof and --heap-prof of %s write whole files',
  async ([, node], context) => {
    await skipUnless(context, ...needsOf(node));
    const dir = mkdtempSync(join(scratch, 'prof-'));
    const target = await startTarget({
      node,
      nodeArgs: ['--cpu-prof', '--heap-prof', `--cpu-prof-dir=${dir}`, `--heap-prof-dir=${dir}`],
      code: program('', 'return {};'),
    });
    await lookBeside(target, true);
    const exited = new Promise((resolve) => target.child.once('exit', resolve));
    await target.get('/end');
    await exited;
    const read = (extension: string) => {
      const [name] = readdirSync(dir).filter((file) => file.endsWith(extension));
      return JSON.parse(readFileSync(join(dir, name!), 'utf8'));
    };
    expect(read('.heapprofile').head.children.length).toBeGreaterThan(0);
    const { startTime, endTime, samples } = read('.cpuprofile');
    expect((endTime - startTime) / 1e6).toBeGreaterThan(5);
    expect(samples.length).toBeGreaterThan(100);
    await target.end();
  },
);

test('v8.startHeapProfile() and v8.startCpuProfile()', async (context) => {
  await skipUnless(context, 'other Node versions');
  const target = await startTarget({
    node: nodeBinary(26),
    code: program(
      `const v8 = require('v8'); const heap = v8.startHeapProfile(); const cpu = v8.startCpuProfile();`,
      'return { heap: JSON.parse(heap.stop()).head.children.length, cpu: JSON.parse(cpu.stop()).samples.length };',
    ),
  });
  const { heap, cpu } = await lookBeside(target, true);
  expect(heap).toBeGreaterThan(0);
  expect(cpu).toBeGreaterThan(0);
  await target.end();
});

test('console.profile() of a program with a session', async () => {
  const target = await startTarget({
    code: program(
      `const session = new (require('inspector').Session)();
      session.connect();
      session.post('Profiler.enable');
      let samples = 0;
      session.on('Profiler.consoleProfileFinished', ({ params }) => { samples = params.profile.samples.length; });
      console.profile('theirs');`,
      `console.profileEnd('theirs'); return { samples };`,
    ),
  });
  const { samples } = await lookBeside(target, false);
  expect(samples).toBeGreaterThan(100);
  await target.end();
});

test.concurrent.for(NODES)('NODE_V8_COVERAGE counts every call in %s', async ([, node], context) => {
  await skipUnless(context, ...needsOf(node));
  const dir = mkdtempSync(join(scratch, 'coverage-'));
  const target = await startTarget({
    node,
    env: { NODE_V8_COVERAGE: dir },
    code: program(
      'let calls = 0; function counted() { calls++; } setInterval(counted, 1);',
      'return { calls };',
    ),
  });
  const { calls } = await lookBeside(target, false);
  const exited = new Promise((resolve) => target.child.once('exit', resolve));
  await target.get('/end');
  await exited;
  const [name] = readdirSync(dir);
  const { result } = JSON.parse(readFileSync(join(dir, name!), 'utf8'));
  const { functions } = result.find(({ url }: { url: string }) => url.endsWith(target.file));
  const counted = functions.find(({ functionName }: { functionName: string }) => functionName === 'counted');
  expect(counted.ranges[0].count).toBeGreaterThanOrEqual(Number(calls));
  await target.end();
});
