// A server that shares one CPU with neighbours that never rest. They are pinned to that CPU together, end with the test, and
// would end by themselves soon after.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { requires } from '../support/requires.ts';
import { reportOf, runCulprit } from './support/culprit.ts';
import { endAllTargets, startTarget } from './support/target.ts';

/** Each request computes for a moment; it asks itself, fifty times a second. */
const SERVER = `
const http = require('http');
let sum = 0;
function answer(request, response) {
  for (let i = 0; i < 2e5; i++) sum += Math.sqrt(i);
  response.end(String(sum));
}
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const server = http.createServer(answer).listen(0, '127.0.0.1', () => {
  const ask = () => http.get({ port: server.address().port, agent }, (r) => r.resume()).on('error', () => {});
  setInterval(ask, 20);
  console.log('READY ' + server.address().port);
});
`;
const NEIGHBOURS = 4;
const NEIGHBOUR = 'const end = Date.now() + 60_000; while (Date.now() < end);';

const firstCpu = () =>
  /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';

/** Nanoseconds that the main thread ran, and waited for a CPU. */
const schedstat = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ').map(Number);

const neighbours: ChildProcess[] = [];
afterEach(async () => {
  for (const neighbour of neighbours.splice(0)) neighbour.kill('SIGKILL');
  await endAllTargets();
});

describe('a server beside neighbours that take its CPU', () => {
  requires('schedstat', 'taskset');
  test('is starved, and none of its code is blamed for what the waiting makes long', async ({ skip }) => {
    const cpu = firstCpu();
    const target = await startTarget({ code: SERVER });
    expect(spawnSync('taskset', ['-acp', cpu, String(target.pid)]).status).toBe(0);
    for (let i = 0; i < NEIGHBOURS; i++)
      neighbours.push(spawn('taskset', ['-c', cpu, process.execPath, '-e', NEIGHBOUR], { stdio: 'ignore' }));
    const [ranBefore, waitedBefore] = schedstat(target.pid);
    const report = reportOf(
      await runCulprit(['diagnose', String(target.pid), '--duration', '8s', '--json', '-']),
    );
    const [ran, waited] = schedstat(target.pid);
    const share = (waited! - waitedBefore!) / (ran! - ranBefore! + waited! - waitedBefore!);
    // A kernel may prefer a thread that sleeps most of the time to its neighbours.
    if (share < 0.75) skip(`the kernel let it wait for ${Math.round(share * 100)} % of its time only`);
    const kinds = report.findings.map(({ kind }) => kind);
    expect(kinds).toContain('cpu-starved');
    expect(kinds).not.toContain('event-loop-block');
    expect(kinds).not.toContain('cpu-hotspot');
    expect(report.capture.restored).toBe(true);
  });
});
