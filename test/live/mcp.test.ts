// `culprit mcp` and a process that runs: nothing without consent, what was found with it, and a target that is left clean when
// the client goes in the middle of a look.
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type ClientOptions, closeAll, connect, dataOf, textOf } from '../support/mcp-client.ts';
import { isCpuProfilerOn, openInspectorPort } from './support/observe.ts';
import { startObservedApp } from './support/observed-app.ts';
import { takeSnapshot, untilRestored } from './support/restored.ts';
import { endAllTargets, type RunningTarget, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

afterEach(closeAll);
afterAll(endAllTargets);

/** Sessions are never forgotten; it serves itself, so that no other process is needed. */
const LEAKY = `
'use strict';
const http = require('http');
const sessions = new Map();
let served = 0;
function remember(id) { sessions.set(id, { id, profile: new Array(2000).fill(id) }); }
const server = http.createServer((req, res) => { remember('user-' + served++); res.end('ok'); });
server.listen(0, '127.0.0.1', function () {
  const { port } = this.address();
  const agent = new http.Agent({ keepAlive: true });
  setInterval(() => http.get({ port, host: '127.0.0.1', agent }, (res) => res.resume()).on('error', () => {}), 10);
  console.log('READY ' + port);
});
`;

const yes = { action: 'accept', content: { allow: true } } as const;
const ERAS: [string, ClientOptions][] = [
  ['of 2026', {}],
  ['of 2025', { era: 'legacy' }],
];

async function expectUntouched(target: RunningTarget): Promise<void> {
  expect(await openInspectorPort(target.pid, target.port)).toBeNull();
  expect(isCpuProfilerOn(target.pid)).toBe(false);
}

describe.each(ERAS)('a client %s whose user', (_, options) => {
  test.each<[string, ReturnType<NonNullable<ClientOptions['user']>>]>([
    ['declines', { action: 'decline' }],
    ['dismisses the question', { action: 'cancel' }],
    ['does not tick the box', { action: 'accept', content: { allow: false } }],
  ])('%s leaves the process untouched, whatever the model says', async (_, answer) => {
    const target = await startTarget({ code: LEAKY });
    const asked: string[] = [];
    const user = (question: string) => {
      asked.push(question);
      return answer;
    };
    const { call } = await connect({ ...options, user });
    const result = await call('diagnose', { pid: target.pid, durationSeconds: 10, consent: true });
    expect(dataOf(result)).toMatchObject({ verdict: 'declined' });
    expect(asked).toHaveLength(1);
    expect(target.stderr()).toBe('');
    expect(asked[0]).toMatch(new RegExp(`process ${target.pid} .* for 10 s.*SIGUSR1.*127\\.0\\.0\\.1`));
    await expectUntouched(target);
    await target.end();
  });

  test('agrees hears of the progress, and gets the cause', async () => {
    const target = await startTarget({ code: LEAKY });
    const { client } = await connect({ ...options, user: () => yes });
    const steps: number[] = [];
    const result = await client.callTool(
      { name: 'diagnose', arguments: { pid: target.pid, durationSeconds: 30 } },
      { onprogress: ({ progress, total }) => void steps.push(progress / total!), timeout: 120_000 },
    );
    const told = dataOf(result);
    expect(told, textOf(result)).toMatchObject({ verdict: 'findings', restored: true });
    expect(JSON.stringify(told)).toMatch(/sessions/);
    expect(steps.length).toBeGreaterThan(3);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    await expectUntouched(target);
    await target.end();
  });
});

describe.each(ERAS)('a client %s that cannot ask', (_, options) => {
  test('is told what the user has to agree to, and touches nothing before', async () => {
    const target = await startTarget({ code: LEAKY });
    const { call } = await connect(options);
    for (const consent of [{}, { consent: false }]) {
      const result = await call('diagnose', { pid: target.pid, durationSeconds: 5, ...consent });
      expect(result.isError).toBe(true);
      expect(textOf(result)).toMatch(/user has to consent[\s\S]*SIGUSR1/);
    }
    expect(target.stderr()).toBe('');
    await expectUntouched(target);
    await target.end();
  });

  test('looks when it says that the user agreed', async () => {
    const target = await startTarget({ code: LEAKY });
    const { call } = await connect(options);
    const result = await call('diagnose', { pid: target.pid, durationSeconds: 5, consent: true });
    expect(dataOf(result), textOf(result)).toMatchObject({ restored: true });
    await expectUntouched(target);
    await target.end();
  });
});

describe('a client that goes in the middle of a capture', () => {
  const goes: [string, (pid: number, close: () => Promise<void>) => unknown][] = [
    ['by closing the connection', (_, close) => close()],
    ['after its server was told to end', (pid) => process.kill(pid, 'SIGTERM')],
  ];
  test.each(goes)('%s leaves the target as it was', async (_, go) => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const { client, pid, close } = await connect();
    let began = () => {};
    const running = new Promise<void>((resolve) => {
      began = resolve;
    });
    const look = client
      .callTool(
        { name: 'diagnose', arguments: { pid: target.pid, durationSeconds: 60, consent: true } },
        { onprogress: ({ progress }) => void (progress > 2 && began()), timeout: 120_000 },
      )
      .catch(() => {});
    await running;
    await go(pid, close);
    await look;
    const { left } = await untilRestored(target, before, 12_000);
    expect(left).toEqual([]);
    await until('the server has ended', () => hasEnded(pid));
    await target.end();
  });

  test('or takes back its request, gets no answer, and the server goes on', async () => {
    const target = await startObservedApp();
    const before = await takeSnapshot(target);
    const { client, call } = await connect();
    const controller = new AbortController();
    const look = client.callTool(
      { name: 'diagnose', arguments: { pid: target.pid, durationSeconds: 60, consent: true } },
      { signal: controller.signal, onprogress: ({ progress }) => void (progress > 2 && controller.abort()) },
    );
    await expect(look).rejects.toThrow();
    const { left } = await untilRestored(target, before, 12_000);
    expect(left).toEqual([]);
    expect(dataOf(await call('list_processes')).processes).toBeInstanceOf(Array);
    await target.end();
  });
});

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
