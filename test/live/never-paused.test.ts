import { afterAll, describe, expect, test } from 'vitest';
import { installProbeIn } from '../../src/probe/client/probe-client.ts';
import { type InspectorSession, openSession } from '../../src/target/inspector/inspector-session.ts';
import { needsOf, requires } from '../support/requires.ts';
import { watchCompiling } from '../support/watch-compiling.ts';
import { thisNodeAnd } from './support/node-versions.ts';
import { openInspectorPort } from './support/observe.ts';
import { endAllTargets, get, type RunningTarget, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

afterAll(endAllTargets);

const CODE = `
'use strict';
const http = require('http');
let passed = 0;
setInterval(function stopHere() { debugger; passed++; new Function('return ' + Math.random()); }, 3);
http.createServer((req, res) => res.end(String(passed))).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

const PROBE = {
  url: 'culprit:probe',
  leaseMillis: 20_000,
  closeInspector: false,
  asyncTypes: [],
  asyncInitsPerSecond: 1_000,
  asyncStacksPerSecond: 60,
  longestRestMillis: 1_000,
};

async function attach(
  node: string,
): Promise<{ target: RunningTarget; session: InspectorSession; pauses: () => number }> {
  const target = await startTarget({ code: CODE, node, nodeArgs: ['--inspect=127.0.0.1:0'] });
  const port = await openInspectorPort(target.pid, target.port);
  const { webSocketDebuggerUrl } = JSON.parse(await get(port!, '/json/list'))[0];
  const session = await openSession(webSocketDebuggerUrl);
  let pauses = 0;
  session.on('Debugger.paused', () => pauses++);
  return { target, session, pauses: () => pauses };
}

describe.each(thisNodeAnd(16, 24, 26))('%s', (_name, node) => {
  requires(...needsOf(node));
  test('runs on while culprit watches what compiles', async () => {
    const { target, session, pauses } = await attach(node);
    const before = Number(await target.get('/'));
    const { sites } = await watchCompiling(session, 200);
    expect(pauses()).toBe(0);
    expect(sites.flatMap(({ frames }) => frames.map(([name]) => name))).toContain('stopHere');
    // And after it: with nobody listening the statement does nothing.
    await until('the timer runs on', async () => Number(await target.get('/')) > before + 20);
    expect(pauses()).toBe(0);
    await session.close();
    await target.end();
  });

  test('runs on while culprit follows its references', async () => {
    const { target, session, pauses } = await attach(node);
    const probe = await installProbeIn(session, PROBE);
    await probe.call('listScripts');
    await probe.call('beginWalk', {
      longestChain: 1_000,
      isDataOnly: false,
      first: { names: [], files: [], callers: [] },
    });
    expect((await probe.call('walkOn', 1_000, true))?.scanned).toBeGreaterThan(10);
    await probe.call('stop');
    const before = Number(await target.get('/'));
    await until('the timer runs on', async () => Number(await target.get('/')) > before + 5);
    expect(pauses()).toBe(0);
    await session.close();
    await target.end();
  });
});

test('a debugger that does not skip pauses would have been stopped there', async () => {
  const { target, session, pauses } = await attach(process.execPath);
  await session.send('Debugger.enable');
  await until('it is paused', () => pauses() > 0);
  await session.send('Debugger.disable');
  await session.close();
  await target.end();
});
