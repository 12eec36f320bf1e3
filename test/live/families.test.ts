// Families of real processes: the port of a cluster leads to a worker, --all names the sick one, and a watcher to its program.
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { FamilyReport } from '../../src/model/finding.ts';
import { readChildren } from '../../src/target/proc/children.ts';
import { reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { openInspectorPort } from './support/observe.ts';
import { endAllTargets, type RunningTarget, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

afterAll(endAllTargets);

// Away from 9229, which others on this machine may use.
const PORT = 9_911;

const CLUSTER = `
'use strict';
const cluster = require('cluster');
const http = require('http');
if (cluster.isPrimary) {
  // Otherwise each worker would get the next port.
  cluster.setupPrimary({ execArgv: ['--inspect-port=${PORT}'], inspectPort: ${PORT} });
  const workers = [0, 1, 2, 3].map((n) => cluster.fork({ SICK: n === 2 ? '1' : '' }));
  let listening = 0;
  cluster.on('listening', (worker, { port }) => {
    if (++listening < 4) return;
    console.log('SICK ' + workers[2].process.pid);
    console.log('READY ' + port);
  });
  process.on('disconnect', () => process.exit());
} else {
  const sessions = new Map();
  let n = 0;
  const server = http.createServer((req, res) => res.end('ok ' + JSON.stringify(req.headers).length));
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    setInterval(() => http.get({ port, host: '127.0.0.1', agent: false }, (res) => res.resume()).on('error', () => {}), 20);
    if (process.env.SICK) setInterval(function remember() { for (let i = 0; i < 40; i++) sessions.set(++n, { n, at: new Date(), text: 'x' + n }); }, 25);
  });
}
`;

const LOOK = '30s';
const workersOf = (target: RunningTarget) => readChildren(target.pid).map(({ pid }) => pid);

async function expectClosed(pids: readonly number[]): Promise<void> {
  for (const pid of pids) expect(await openInspectorPort(pid, 0), String(pid)).toBeNull();
}

describe.concurrent('a cluster of four, one of which leaks', () => {
  test('is looked at at once with --all, in one report that names the sick one', async () => {
    const target = await startTarget({ code: CLUSTER });
    const sick = Number(/^SICK (\d+)$/m.exec(target.stdout())![1]);
    const workers = workersOf(target);
    const result = await runCulprit(
      ['diagnose', `:${target.port}`, '--all', '--duration', LOOK, '--json', '-'],
      {
        atMostMillis: 90_000,
      },
    );
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code, result.stderr).toBe(0);
    const report = JSON.parse(result.stdout) as FamilyReport;
    expect(report.members.map(({ pid, role }) => [pid, role])).toEqual(
      workers.map((pid) => [pid, 'cluster worker']),
    );
    expect(report.members.map((member) => [member.notLookedAt, member.report?.capture.restored])).toEqual(
      workers.map(() => [undefined, true]),
    );
    // On a machine that is short of CPU time all of them may be starved besides.
    const leaks = report.causes.filter(({ finding }) => finding.kind === 'heap-leak');
    expect(leaks.map(({ members }) => members)).toEqual([[String(sick)]]);
    await expectClosed([target.pid, ...workers]);
    await target.end();
  }, 120_000);

  test('leads from its port to one worker, and leaves the primary and the others alone', async () => {
    const target = await startTarget({ code: CLUSTER });
    const workers = workersOf(target);
    const result = await runCulprit(['diagnose', `:${target.port}`, '--duration', '2s', '--json', '-']);
    expect(result.code, result.stderr).toBe(0);
    const { pid, chosen } = reportOf(result).target;
    expect(workers).toContain(pid);
    expect(chosen).toMatch(
      new RegExp(`^Process ${target.pid} .+ primary of a cluster.+process ${pid}, .+--all`),
    );
    // Signalled, the primary would have its workers open theirs.
    const refused = await runCulprit(['diagnose', String(target.pid), '--exact', '--duration', '2s']);
    expect([refused.code, refused.stdout]).toEqual([3, '']);
    expect(refused.stderr).toMatch(/it is the primary of a cluster/);
    await expectClosed([target.pid, ...workers]);
    await target.end();
  });
});

test.concurrent('`node --watch` leads to the program that it runs; and one that did nothing is idle, not healthy', async () => {
  const code = `require('http').createServer((req, res) => res.end('ok')).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });`;
  const watcher = await startTarget({ code, nodeArgs: ['--watch'] });
  const [program] = workersOf(watcher);
  const result = await runCulprit(['diagnose', String(watcher.pid), '--duration', '14s', '--json', '-']);
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, result.stderr).toBe(0);
  const { target, verdict, verdictReason } = reportOf(result);
  expect(target.pid).toBe(program);
  expect(target.chosen).toMatch(
    new RegExp(`^Process ${watcher.pid} .+ culprit captures process ${program}\\.$`),
  );
  expect(verdict).toBe('idle');
  expect(verdictReason).toMatch(/^It answered no request in 1\d s, and/);
  // Killed at once it would leave its program behind.
  watcher.child.kill('SIGTERM');
  await until('the program has ended, too', () => !existsSync(`/proc/${program}`));
  await watcher.end();
}, 60_000);
