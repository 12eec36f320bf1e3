// `culprit audit` and `culprit preflight` on real processes: what they say, and that the target is left as it was.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Preflight } from '../../src/model/settings/preflight.ts';
import { reportErrors, schemaErrors } from '../support/json-schemas.ts';
import { asksFor, requires, skipUnless } from '../support/requires.ts';
import { auditOf, runCulprit, startCulprit, wentWrongInside } from './support/culprit.ts';
import { nodeBinary } from './support/node-versions.ts';
import { listeningPorts, openFds, openInspectorPort } from './support/observe.ts';
import { ROOT } from './support/root.ts';
import { endAllTargets, type RunningTarget, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

const scratch = mkdtempSync(join(tmpdir(), 'culprit-audit-'));
const fixture = (name: string) => join(ROOT, `fixtures/audit/${name}/server.cjs`);
const podOf = (name: string) => join(ROOT, `fixtures/audit/${name}/pod.yaml`);

asksFor('other Node versions');
afterAll(async () => {
  await endAllTargets();
  rmSync(scratch, { recursive: true, force: true });
});

/** What can be seen of a process from outside. The inspector's own thread leaves an event loop behind, once. */
function outside({ pid }: RunningTarget) {
  const signals = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^S(ig|hd)(Pnd|Blk|Ign|Cgt):.*$/gm);
  return { fds: openFds(pid), ports: [...listeningPorts(pid)], signals };
}

const auditArgs = (target: RunningTarget, name: string) => [
  'audit',
  String(target.pid),
  '--pod-spec',
  podOf(name),
  '--container',
  'web',
  '--json',
];

describe('on', () => {
  requires('other Node versions');
  test.each([16, 20, 24])(
    'Node %i the badly set server is told what is wrong, and serves on',
    async (major) => {
      const target = await startTarget({ file: fixture('bad'), node: nodeBinary(major) });
      const result = await runCulprit(auditArgs(target, 'bad'));
      expect(wentWrongInside(result)).toBeNull();
      const report = auditOf(result);
      expect(reportErrors(report)).toEqual([]);
      expect(report.audit.level).toBe(1);
      const names = report.findings.map(({ subject }) => subject.name);
      expect(names).toEqual(
        expect.arrayContaining([
          'SIGTERM handler',
          'unhandled rejections',
          'uncaught exceptions',
          'server.requestTimeout',
          'server.headersTimeout',
          'server.keepAliveTimeout',
          'timeouts of outgoing requests',
          'agents for outgoing HTTP',
          'readinessProbe',
          'livenessProbe.timeoutSeconds',
          'NODE_ENV',
        ]),
      );
      expect(result.stdout).not.toContain('not-for-your-eyes');
      expect(report.look.restored).toBe(true);
      expect(await openInspectorPort(target.pid, target.port)).toBeNull();
      expect(await target.get('/')).toContain('ok');
      await target.end();
    },
  );

  test('the well set server comes out clean, at level 5', async () => {
    const target = await startTarget({
      file: fixture('good'),
      node: nodeBinary(24),
      nodeArgs: ['--report-on-fatalerror'],
    });
    await target.get('/');
    const result = await runCulprit([
      ...auditArgs(target, 'good'),
      '--min-level',
      '5',
      '--fail-on',
      'notice',
    ]);
    const report = auditOf(result);
    expect(report.findings).toEqual([]);
    expect(report.audit.level).toBe(5);
    expect(result.code).toBe(0);
    await target.end();
  });
});

test('a second audit finds the process as the first one left it', async () => {
  const target = await startTarget({ file: fixture('good') });
  await runCulprit(auditArgs(target, 'good'));
  const before = outside(target);
  const result = await runCulprit(auditArgs(target, 'good'));
  expect(auditOf(result).look.restored).toBe(true);
  await until('the process is as before', () => JSON.stringify(outside(target)) === JSON.stringify(before));
  expect(outside(target)).toEqual(before);
  await target.end();
});

const HOSTILE = `
'use strict';
const http = require('http');
const evil = (server) => {
  for (const name of ['keepAliveTimeout', 'requestTimeout', 'headersTimeout', 'timeout'])
    Object.defineProperty(server, name, { get() { console.log('GETTER RAN'); throw new Error('no'); } });
  server.address = () => { console.log('METHOD RAN'); throw new Error('no'); };
  return server;
};
const name = 'x\\u001b[31m<script>' + 'y'.repeat(100000);
exports[name] = new http.Agent({ keepAlive: false });
exports.proxy = new Proxy(new http.Agent(), { get() { console.log('TRAP RAN'); throw new Error('no'); }, getPrototypeOf() { console.log('TRAP RAN'); throw new Error('no'); } });
exports.agents = Array.from({ length: 10000 }, () => new http.Agent());
Object.assign(exports, exports.agents);
let left = 400;
const main = http.createServer((q, s) => s.end('ok'));
const more = () => {
  if (left-- === 0) return main.listen(0, '127.0.0.1', () => console.log('READY ' + main.address().port));
  const server = left % 2 ? evil(http.createServer()) : http.createServer();
  // Not on ports: culprit asks ports whether they are an inspector, and Node runs these getters for each connection.
  http.Server.prototype.listen.call(server, 's' + left, more);
};
more();
`;

test('a hostile process: getters, proxies, many servers and agents, names with escape codes', async () => {
  const target = await startTarget({ code: HOSTILE });
  const result = await runCulprit(['audit', String(target.pid)]);
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code).toBe(0);
  expect(result.stdout).not.toContain('\x1b');
  expect(result.stdout.length).toBeLessThan(60_000);
  expect(target.stdout()).not.toContain('RAN');
  expect(await target.get('/')).toBe('ok');
  await target.end();
});

/** Waits for ever at a server that accepts and never answers. Which of these requests end by themselves? */
const WAITING = `
const http = require('http');
const upstream = require('net').createServer((socket) => socket.on('error', () => {}));
const get = (more) => {
  const request = http.get({ host: '127.0.0.1', port: upstream.address().port, ...more });
  request.on('error', () => {});
  return request;
};
const LONG = 60000;
const end = function () { this.destroy(); };
upstream.listen(0, '127.0.0.1', () => {
  // Nothing ends these: no timeout but the global agent's, one that nobody listens for, one taken off again, and one
  // whose listener only passes the event on to somebody who does not listen (as follow-redirects does, under axios).
  if (process.env.ENDLESS) {
    get();
    get({ timeout: LONG });
    get({ agent: new http.Agent({ keepAlive: true, timeout: LONG }) }).setTimeout(0);
    const passing = get({ timeout: LONG });
    passing._redirectable = new (require('events'))();
    passing.on('timeout', function (a) { this._redirectable.emit('timeout', a); });
  }
  get().setTimeout(LONG, end);
  get({ timeout: LONG }).on('timeout', end);
  get().on('socket', (socket) => socket.setTimeout(LONG, function onTimeout() { socket.destroy(); }));
  const passed = get({ timeout: LONG });
  passed._redirectable = new (require('events'))().on('timeout', () => passed.destroy());
  passed.on('timeout', function (a) { this._redirectable.emit('timeout', a); });
  const server = http.createServer((q, s) => s.end('ok')).listen(0, '127.0.0.1', () => console.log('READY ' + server.address().port));
});
`;

describe('a timeout that nothing acts on is none, on', () => {
  requires('other Node versions');
  test.each([16, 20, 24])('Node %i', async (major) => {
    const checkOf = async (env: Record<string, string>) => {
      const target = await startTarget({ code: WAITING, node: nodeBinary(major), env });
      const report = auditOf(await runCulprit(['audit', String(target.pid), '--json']));
      await target.end();
      return report.audit.checked.find(({ check }) => check === 'timeouts of outgoing requests');
    };
    const [some, all] = await Promise.all([checkOf({ ENDLESS: '1' }), checkOf({})]);
    expect(some).toMatchObject({ outcome: 'finding', value: '4 of 8 without' });
    expect(all).toMatchObject({ outcome: 'ok', value: expect.stringMatching(/^all 4 requests in flight/) });
  });
});

test('a loop that is blocked for the whole capture is the finding, and holds level 2 back', async () => {
  const code = "console.log('READY'); setTimeout(() => { for (;;); }, 50);";
  const target = await startTarget({ code });
  const report = auditOf(await runCulprit(['audit', String(target.pid), '--json']));
  expect(report.audit.level).toBe(1);
  const found = report.findings.find(({ subject }) => subject.name === 'event loop');
  expect(found).toMatchObject({
    severity: 'critical',
    title: expect.stringMatching(/for the whole capture/),
  });
  await target.end();
});

test('culprit killed in the middle of a capture: the port is closed again, and the process serves on', async () => {
  const target = await startTarget({ file: fixture('good') });
  const running = startCulprit(['audit', String(target.pid)]);
  const isOpen = async () => (await openInspectorPort(target.pid, target.port)) !== null;
  await until('the inspector is open', isOpen);
  running.kill('SIGKILL');
  await running.ended;
  await until('the inspector is closed', async () => !(await isOpen()), 14_000);
  expect(await target.get('/')).toBe('ok');
  await target.end();
});

test('a drill measures the shutdown of a copy, and leaves the process alone', async () => {
  const port = 20_000 + (process.pid % 20_000);
  const target = await startTarget({ file: fixture('good'), env: { PORT: String(port) } });
  const report = auditOf(await runCulprit([...auditArgs(target, 'good'), '--drill']));
  const check = report.audit.checked.find((item) => item.check === 'terminationGracePeriodSeconds');
  expect(check).toMatchObject({
    outcome: 'ok',
    value: expect.stringMatching(/the copy ended .* after SIGTERM/),
  });
  expect(target.isRunning()).toBe(true);
  expect(await target.get('/')).toBe('ok');
  await target.end();
});

test('no copy is started of a process that would meet it on the same port', async () => {
  const target = await startTarget({ file: fixture('good'), env: { PORT: '0' } });
  const result = await runCulprit([...auditArgs(target, 'good'), '--drill']);
  expect(result.code).toBe(3);
  expect(result.stderr).toContain('No drill: it does not listen on the port that PORT names');
  await target.end();
});

test('a preflight changes nothing, and two of them agree', async () => {
  const target = await startTarget({ file: fixture('good') });
  const before = outside(target);
  const first = await runCulprit(['preflight', String(target.pid), '--json']);
  const second = await runCulprit(['preflight', String(target.pid), '--json']);
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(outside(target)).toEqual(before);
  const [one, two] = [first, second].map(({ stdout }) => JSON.parse(stdout) as Preflight);
  expect(schemaErrors('preflight-v1', one)).toEqual([]);
  // The machine's memory is everybody's.
  expect({ ...one, roomBytes: 0 }).toEqual({ ...two, roomBytes: 0 });
  expect(target.stderr()).not.toContain('Debugger');
  await target.end();
});

test('a preflight of a process that catches no SIGUSR1 says why, and what helps', async (context) => {
  await skipUnless(context, 'other Node versions');
  const target = await startTarget({
    code: "console.log('READY'); setInterval(() => {}, 1000);",
    node: nodeBinary(24),
    nodeArgs: ['--disable-sigusr1'],
  });
  const result = await runCulprit(['preflight', String(target.pid)]);
  expect(result.code).toBe(3);
  expect(result.stdout).toContain('CANNOT ATTACH');
  expect(result.stdout).toContain('restart it without that flag');
  expect(target.isRunning()).toBe(true);
  await target.end();
});

test('a preflight that says yes also says what it cannot see', async () => {
  const target = await startTarget({ file: fixture('good') });
  const [text, quiet, json] = await Promise.all(
    [[], ['--quiet'], ['--json']].map((more) => runCulprit(['preflight', String(target.pid), ...more])),
  );
  for (const { stdout } of [text!, quiet!, json!])
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Whether the program handles SIGUSR1 itself');
  await target.end();
});

test('a preflight that refuses says why and what helps, no more', async () => {
  const other = spawn('sleep', ['60']);
  const pid = String(other.pid);
  const [text, json] = await Promise.all([
    runCulprit(['preflight', pid]),
    runCulprit(['preflight', pid, '--json']),
  ]);
  other.kill('SIGKILL');
  expect(text.code).toBe(3);
  expect(text.stdout).toMatch(/^CANNOT ATTACH to sleep [^\n]+\n {2}[^\n]+\n$/);
  const preflight = JSON.parse(json.stdout) as Preflight;
  expect(schemaErrors('preflight-v1', preflight)).toEqual([]);
  expect(preflight).toMatchObject({ canAttach: false, steps: [], notes: [] });
});

test.each([
  ['no target', ['audit'], 2],
  ['a level that is none', ['audit', '1', '--min-level', '9'], 2],
  ['a pod file that is not there', ['audit', '1', '--pod-spec', '/nowhere/pod.yaml'], 2],
  ['a container without a pod', ['audit', '1', '--container', 'web'], 2],
  ['several containers', ['audit', '1', '--pod-spec', podOf('good')], 2],
  ['no such process', ['preflight', '4194303'], 2],
])('wrong use: %s', async (_, args, code) => {
  const result = await runCulprit(args);
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code).toBe(code);
});
