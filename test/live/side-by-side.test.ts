// Many processes of one host, which all answer SIGUSR1 on one port, are looked at at the same time; one process is looked at
// by one culprit at a time; and one that answers nothing is given up.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { attachByPid } from '../../src/target/attach.ts';
import { requires } from '../support/requires.ts';
import { MOVES_INSPECTOR } from '../support/runtime-features.ts';
import {
  PHASES,
  type Phase,
  reportOf,
  runCulprit,
  startCulprit,
  wentWrongInside,
} from './support/culprit.ts';
import { MAJORS, nodeBinary } from './support/node-versions.ts';
import { isCpuProfilerOn, listeningPorts, openInspectorPort, untilBlocked } from './support/observe.ts';
import { startObservedApp } from './support/observed-app.ts';
import { staysRestored, takeSnapshot, untilRestored } from './support/restored.ts';
import { endAllTargets, type RunningTarget, startTarget } from './support/target.ts';
import { delay, until } from './support/wait.ts';

afterAll(endAllTargets);

// Away from 9229, which others on this machine may use.
const PORT = 9_871;
const ON_ONE_PORT = { usesDefaultInspectorPort: true, nodeArgs: [`--inspect-port=127.0.0.1:${PORT}`] };
const LEASE_MILLIS = 25_000;

const SERVER = `
'use strict';
const http = require('http');
let own;
http.createServer((req, res) => {
  // What a debugger of its own leaves the process with.
  if (req.url === '/session') { own = new (require('inspector').Session)(); own.connect(); }
  if (req.url === '/port') return void res.end(String(process.debugPort));
  if (req.url === '/block') { res.end('soon'); return void setTimeout(function spinForEver() { for (;;) Math.sqrt(Math.random()); }, 50); }
  res.end('ok');
}).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

const diagnose = (target: RunningTarget, duration: string, options: { saysPhases?: boolean } = {}) =>
  startCulprit(['diagnose', String(target.pid), '--duration', duration, '--json', '-'], options);

async function expectLeft(target: RunningTarget): Promise<void> {
  await until(
    'its inspector is closed',
    async () => (await openInspectorPort(target.pid, target.port)) === null,
    LEASE_MILLIS,
  );
  expect(isCpuProfilerOn(target.pid)).toBe(false);
}

describe('three processes that share an inspector port', () => {
  test('are looked at side by side', async () => {
    const targets = await Promise.all([1, 2, 3].map(() => startTarget({ code: SERVER, ...ON_ONE_PORT })));
    const looks = targets.map((target) => diagnose(target, '9s', { saysPhases: true }));
    await Promise.all(looks.map((look) => look.reaches('sampling')));
    for (const target of targets) expect(listeningPorts(target.pid)).not.toContain(PORT);
    for (const [i, look] of looks.entries()) {
      const result = await look.ended;
      expect(wentWrongInside(result)).toBeNull();
      expect(result.code, result.stderr).toBe(0);
      const report = reportOf(result);
      expect(report.target.pid).toBe(targets[i]!.pid);
      expect(report.capture.restored).toBe(true);
      await expectLeft(targets[i]!);
      // Whoever signals it next finds it where it always was.
      expect(await targets[i]!.get('/port')).toBe(String(PORT));
      expect(targets[i]!.stderr()).not.toMatch(/failed/);
    }
    await Promise.all(targets.map((target) => target.end()));
  });
});

test('three workers of a cluster are looked at side by side', async () => {
  const code = `
    const cluster = require('cluster');
    if (!cluster.isPrimary) {
      require('http').createServer((req, res) => res.end('ok')).listen(0, '127.0.0.1');
    } else {
      // Otherwise each worker would get the next port.
      cluster.setupPrimary({ execArgv: ['--inspect-port=${PORT + 4}'], inspectPort: ${PORT + 4} });
      const workers = [1, 2, 3].map(() => cluster.fork());
      let listening = 0;
      cluster.on('listening', () => { if (++listening === 3) console.log('PIDS ' + workers.map((w) => w.process.pid).join(' ') + '\\nREADY'); });
      process.on('disconnect', () => process.exit());
    }`;
  const primary = await startTarget({ code });
  const pids = /^PIDS (.+)$/m.exec(primary.stdout())![1]!.split(' ').map(Number);
  const looks = pids.map((pid) =>
    startCulprit(['diagnose', String(pid), '--duration', '9s', '--json', '-'], { saysPhases: true }),
  );
  await Promise.all(looks.map((look) => look.reaches('sampling')));
  for (const [i, look] of looks.entries()) {
    const result = await look.ended;
    expect(result.code, result.stderr).toBe(0);
    const { target, capture } = reportOf(result);
    expect([target.pid, capture.restored]).toEqual([pids[i], true]);
    expect(await openInspectorPort(pids[i]!, 0)).toBeNull();
  }
  expect(primary.stderr()).not.toMatch(/failed/);
  await primary.end();
});

describe.each(MAJORS)('the inspector of Node %i', (major) => {
  requires('other Node versions');
  test.concurrent('gives its port back while it is looked at, and opens there the next time', async () => {
    const target = await startTarget({ code: SERVER, node: nodeBinary(major), ...onPort(major, 1) });
    const attachment = await attachByPid(target.pid);
    expect(attachment.identity.pid).toBe(target.pid);
    expect(listeningPorts(target.pid).includes(portOf(major, 1))).toBe(!MOVES_INSPECTOR.includes(major));
    expect(listeningPorts(target.pid)).toContain(attachment.endpoint.port);
    expect(await attachment.detach()).toBe(true);
    await expectLeft(target);
    expect(await target.get('/port')).toBe(String(portOf(major, 1)));
    await target.end();
  });

  test.concurrent('also where the program has a session of its own', async () => {
    const target = await startTarget({ code: SERVER, node: nodeBinary(major), ...onPort(major, 2) });
    await target.get('/session');
    const attachment = await attachByPid(target.pid);
    expect(listeningPorts(target.pid).includes(portOf(major, 2))).toBe(!MOVES_INSPECTOR.includes(major));
    expect(await attachment.detach()).toBe(true);
    await expectLeft(target);
    expect(await target.get('/port')).toBe(String(portOf(major, 2)));
    await target.end();
  });

  test.concurrent('also where its event loop is blocked', async () => {
    const target = await startTarget({ code: SERVER, node: nodeBinary(major), ...onPort(major, 3) });
    await target.get('/block');
    await untilBlocked(target.pid);
    const attachment = await attachByPid(target.pid);
    expect(listeningPorts(target.pid).includes(portOf(major, 3))).toBe(!MOVES_INSPECTOR.includes(major));
    expect(await attachment.detach()).toBe(true);
    await expectLeft(target);
    await target.end();
  });
});

const portOf = (major: number, test: number) => PORT + major * 5 + test;
const onPort = (major: number, test: number) => ({
  usesDefaultInspectorPort: true,
  nodeArgs: [`--inspect-port=127.0.0.1:${portOf(major, test)}`],
});

test('a process whose loop is blocked from before we come until after we left is as it was, and stays so', async () => {
  const target = await startObservedApp();
  const before = await takeSnapshot(target);
  await target.get('/block/4000');
  const attachment = await attachByPid(target.pid);
  expect(await attachment.detach()).toBe(true);
  // Asked once it turns again.
  expect((await untilRestored(target, before, LEASE_MILLIS)).left).toEqual([]);
  expect(await staysRestored(target, before, 1_500)).toEqual([]);
  await target.end();
});

describe('kill -9 of culprit while the inspector moves', () => {
  // At each step, and on the way to the next one: it closes, opens again and is claimed again.
  const moments = PHASES.slice(0, 5).flatMap((phase): [Phase, number][] => [
    [phase, 0],
    [phase, 25],
  ]);
  test.concurrent.each(moments)(
    'at "%s" and %i ms leaves no open port',
    async (phase, millis) => {
      const target = await startObservedApp();
      const before = await takeSnapshot(target);
      const look = diagnose(target, '9s', { saysPhases: true });
      await look.reaches(phase);
      await delay(millis);
      look.kill('SIGKILL');
      expect((await look.ended).signal).toBe('SIGKILL');
      const { left } = await untilRestored(target, before, LEASE_MILLIS);
      await target.end();
      expect(left).toEqual([]);
    },
    60_000,
  );
});

describe('two looks at one process', () => {
  test.concurrent('the second says so and leaves, and the first goes on to its end', async () => {
    const target = await startTarget({ code: SERVER });
    const first = diagnose(target, '9s', { saysPhases: true });
    await first.reaches('sampling');
    const second = await runCulprit(['diagnose', String(target.pid), '--duration', '2s']);
    expect(wentWrongInside(second)).toBeNull();
    expect(second.code).toBe(3);
    expect(second.stdout).toBe('');
    expect(second.stderr).toMatch(
      new RegExp(`^culprit: Another culprit \\(process ${first.pid}\\) .* process ${target.pid} .*\n`),
    );
    const result = await first.ended;
    expect(result.code, result.stderr).toBe(0);
    expect(reportOf(result).capture).toMatchObject({ restored: true });
    await expectLeft(target);
    await target.end();
  });

  test.concurrent('begun in the same moment: one looks, the other says so', async () => {
    const target = await startTarget({
      code: SERVER,
      ...ON_ONE_PORT,
      nodeArgs: [`--inspect-port=127.0.0.1:${PORT + 1}`],
    });
    const results = await Promise.all([1, 2].map(() => diagnose(target, '7s').ended));
    for (const result of results) expect(wentWrongInside(result)).toBeNull();
    expect(results.map(({ code }) => code).sort()).toEqual([0, 3]);
    const looked = results.find(({ code }) => code === 0)!;
    expect(reportOf(looked).capture).toMatchObject({ restored: true });
    expect(results.find(({ code }) => code === 3)!.stderr).toMatch(/Another culprit/);
    await expectLeft(target);
    await target.end();
  });

  test.concurrent('also through an inspector that was open before', async () => {
    const target = await startTarget({ code: SERVER, nodeArgs: ['--inspect=127.0.0.1:0'] });
    const port = await openInspectorPort(target.pid, target.port);
    const first = diagnose(target, '6s', { saysPhases: true });
    await first.reaches('sampling');
    const second = await runCulprit(['diagnose', `127.0.0.1:${port}`, '--duration', '2s']);
    expect(second.code).toBe(3);
    expect(second.stderr).toMatch(/Another culprit/);
    expect((await first.ended).code).toBe(0);
    // And then it is free again.
    expect((await diagnose(target, '1s').ended).code).toBe(0);
    expect(await openInspectorPort(target.pid, target.port)).toBe(port);
    await target.end();
  });

  test.concurrent('after kill -9 of the first, the second waits for the process to be given back', async () => {
    const target = await startTarget({ code: SERVER });
    const first = diagnose(target, '30s', { saysPhases: true });
    await first.reaches('sampling');
    first.kill('SIGKILL');
    await first.ended;
    await delay(2_000);
    const result = await diagnose(target, '2s').ended;
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code, result.stderr).toBe(0);
    await expectLeft(target);
    await target.end();
  });
});

describe('a process that is stopped while we attach', () => {
  const isStopped = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ');

  /** Stops the target once `isTime` says so; resolves with what culprit made of it. */
  async function stopWhen(target: RunningTarget, isTime: () => boolean) {
    const look = diagnose(target, '3s');
    await until('the moment to stop it', isTime, 20_000, 1);
    process.kill(target.pid, 'SIGSTOP');
    await until('it is stopped', () => isStopped(target.pid));
    const result = await look.ended;
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code, result.stderr).toBe(3);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^culprit: .+\n {2}.+(stopped|starved)/);
    return result;
  }

  test.concurrent('when its inspector has opened: is given up, and is restored once it runs again', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    await stopWhen(target, () => listeningPorts(target.pid).length > 1);
    process.kill(target.pid, 'SIGCONT');
    const { left } = await untilRestored(target, before, LEASE_MILLIS);
    expect(left).toEqual([]);
    await target.end();
  }, 90_000);

  test.concurrent('before the profilers run: is given up, and is restored once it runs again', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    // A second without profilers comes first.
    let openedAt = 0;
    await stopWhen(target, () => {
      if (listeningPorts(target.pid).length > 1) openedAt ||= performance.now();
      return openedAt > 0 && performance.now() - openedAt > 600;
    });
    process.kill(target.pid, 'SIGCONT');
    const { left } = await untilRestored(target, before, LEASE_MILLIS);
    expect(left).toEqual([]);
    await target.end();
  }, 90_000);
});
