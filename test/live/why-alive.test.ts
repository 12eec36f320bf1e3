import { afterAll, describe, expect, test } from 'vitest';
import type { KeptAliveBy } from '../../src/model/finding.ts';
import { needsOf, requires } from '../support/requires.ts';
import { reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { thisNodeAnd } from './support/node-versions.ts';
import { openFds, openInspectorPort } from './support/observe.ts';
import { endAllTargets, startTarget } from './support/target.ts';

afterAll(endAllTargets);

const CODE = `'use strict';
const http = require('http');
const net = require('net');
const { spawn } = require('child_process');
const { Worker } = require('worker_threads');
setInterval(function forgotten() {}, 61_000);
setInterval(function doesNotCount() {}, 30_000).unref();
const server = http.createServer(function serve(req, res) { res.end('ok'); });
const child = spawn(process.execPath, ['-e', 'process.stdin.resume().on("end", process.exit)'], { stdio: ['pipe', 'ignore', 'ignore'] });
child.on('exit', function onExit() {});
const worker = new Worker(__dirname + '/worker.cjs');
worker.on('message', function onAnswer() {});
server.listen(0, '127.0.0.1', () => {
  const socket = net.connect(server.address().port, '127.0.0.1', () => console.log('READY ' + server.address().port));
  socket.setKeepAlive(true);
  socket.on('data', function onPrice() {});
});
`;
const WORKER = `'use strict';
require('worker_threads').parentPort.on('message', function onOrder() {});
`;
const LINE_OF = (name: string) => CODE.split('\n').findIndex((line) => line.includes(name)) + 1;

describe.each(thisNodeAnd(16, 26))('%s', (_name, node) => {
  requires(...needsOf(node));
  test('every forgotten thing is listed with its line', async () => {
    const target = await startTarget({ code: CODE, files: { 'worker.cjs': WORKER }, node });
    const fdsBefore = openFds(target.pid).length;
    const result = await runCulprit(['diagnose', String(target.pid), '--why-alive', '--json']);
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code).toBe(0);
    const report = reportOf(result);
    const by = (wanted: Partial<KeptAliveBy>) =>
      report.keepsAlive!.by.find((entry) =>
        Object.entries(wanted).every(([key, value]) => entry[key as keyof KeptAliveBy] === value),
      );
    const here = { file: 'app.cjs', thread: 0 };
    expect(by({ kind: 'interval', ...here })).toMatchObject({
      function: 'forgotten',
      line: LINE_OF('forgotten'),
      statement: 'an interval of 61 s',
    });
    expect(by({ kind: 'server', ...here })).toMatchObject({
      function: 'serve',
      line: LINE_OF('serve'),
      statement: `a server that listens on 127.0.0.1:${target.port}`,
    });
    expect(by({ kind: 'child-process', ...here })).toMatchObject({
      function: 'onExit',
      line: LINE_OF('onExit'),
      examples: [expect.stringMatching(/^pid \d+$/)],
    });
    expect(by({ kind: 'socket', function: 'onPrice', ...here })).toMatchObject({
      line: LINE_OF('onPrice'),
      statement: `an open socket to 127.0.0.1:${target.port}`,
    });
    expect(by({ kind: 'worker', ...here })).toMatchObject({
      function: 'onAnswer',
      line: LINE_OF('onAnswer'),
      statement: expect.stringContaining('worker.cjs'),
    });
    // And what keeps the worker itself.
    expect(by({ kind: 'message-port', thread: 1 })).toMatchObject({
      function: 'onOrder',
      file: 'worker.cjs',
      line: 2,
    });
    expect(JSON.stringify(report.keepsAlive!.by)).not.toMatch(/doesNotCount|culprit:probe/);
    expect(report.keepsAlive!.notes.join('\n')).toContain('doesNotCount');
    expect(report.capture.restored).toBe(true);
    expect(report.capture.durationMillis).toBeLessThan(12_000);
    expect(await openInspectorPort(target.pid, target.port)).toBeNull();
    expect(openFds(target.pid).length).toBeLessThanOrEqual(fdsBefore);
    expect(target.isRunning()).toBe(true);
    expect(await target.get('/')).toBe('ok');
    await target.end();
  });
});

test('a program that nothing but its running code keeps alive is told so', async () => {
  const target = await startTarget({
    code: `setInterval(function doesNotCount() {}, 30_000).unref();
process.stdout.write('READY\\n', function burn() { for (;;) Math.random(); });`,
  });
  const result = await runCulprit(['diagnose', String(target.pid), '--why-alive', '--json']);
  expect(wentWrongInside(result)).toBeNull();
  const { keepsAlive } = reportOf(result);
  expect(keepsAlive?.by).toEqual([]);
  expect(keepsAlive?.summary).toMatch(/^Nothing keeps it alive: .* as soon as the code running now returns/);
  expect(keepsAlive?.notes.join('\n')).toContain('doesNotCount');
  await target.end();
});
