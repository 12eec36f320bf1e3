// The same fault is found on every Node version a target may run, and each is left with its inspector closed.
import { afterAll, expect, test } from 'vitest';
import { requires } from '../support/requires.ts';
import { reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { MAJORS, nodeBinary } from './support/node-versions.ts';
import { isCpuProfilerOn, openInspectorPort } from './support/observe.ts';
import { endAllTargets, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

requires('other Node versions');

afterAll(endAllTargets);

// Its own client makes the load: requests that each leave a session behind.
const LEAKY = `
'use strict';
const http = require('http');

const sessions = new Map();

function remember(id) {
  const cart = [];
  for (let i = 0; i < 60; i++) cart.push({ article: 'article ' + i, amount: i });
  sessions.set(id, { id, cart });
}

let visits = 0;
const server = http.createServer((req, res) => {
  remember('visitor-' + ++visits);
  res.end('welcome');
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true });
  setInterval(() => {
    for (let i = 0; i < 3; i++) http.get({ port, host: '127.0.0.1', agent }, (res) => res.resume()).on('error', () => {});
  }, 20);
  console.log('READY ' + port);
});
`;

test.concurrent.each(MAJORS)(
  'the leak in Node %i is found, named and ranked first',
  async (major) => {
    const target = await startTarget({ code: LEAKY, name: 'shop.cjs', node: nodeBinary(major) });
    const result = await runCulprit(['diagnose', String(target.pid), '--duration', '12s', '--json', '-']);
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code, result.stderr).toBe(0);
    const report = reportOf(result);
    expect(report.target.nodeVersion).toMatch(new RegExp(`^v${major}\\.`));
    expect(report.verdict, report.verdictReason).toBe('findings');
    const [first] = report.findings;
    expect(first).toMatchObject({ kind: 'heap-leak', rank: 1 });
    expect(first!.subject.function).toBe('remember');
    expect(first!.subject.file).toMatch(/shop\.cjs$/);
    expect(report.capture.restored).toBe(true);
    expect(await target.get('/')).toBe('welcome');
    await until(
      'the inspector is closed',
      async () => (await openInspectorPort(target.pid, target.port)) === null,
    );
    expect(isCpuProfilerOn(target.pid)).toBe(false);
    expect(target.stderr()).not.toMatch(/error/i);
    await target.end();
  },
  60_000,
);
