// What culprit sees of real containers, from outside of them: limits, what memory is made of, throttling, and that it is
// the right container's. Skipped where containers cannot run.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCgroup } from '../../src/signals/passive/cgroup.ts';
import { readThreadCpu } from '../../src/signals/passive/thread-cpu.ts';
import { lacking, requires } from '../support/requires.ts';
import {
  buildRoot,
  CONTAINER_NODE,
  type ContainerRoot,
  type RunningContainer,
  removeAllContainers,
  startContainer,
} from './support/containers.ts';
import { reportOf, runCulprit } from './support/culprit.ts';
import { until } from './support/wait.ts';

/** A server that is its own client: so much work for each request, so long a pause between. It holds 60 MB of buffers. */
const SERVER = `
const http = require('http');
const held = Buffer.alloc(60 * 1024 * 1024, 1);
const work = Number(process.argv[2]);
let sum = 0;
function answer(request, response) {
  for (let i = 0; i < work; i++) sum += Math.sqrt(i);
  response.end(String(sum + held[3]));
}
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer(answer).listen(0, '127.0.0.1', () => {
  const ask = () => http.get({ port: server.address().port, agent }, (r) => r.resume().on('end', () => setTimeout(ask, Number(process.argv[3]))));
  for (let i = 0; i < 4; i++) ask();
  console.log('READY');
});
`;

describe('a container', () => {
  requires('containers');
  let root: ContainerRoot;
  beforeAll(async () => {
    if (await lacking('containers')) return;
    root = await buildRoot({ files: { '/app/app.js': SERVER } });
  });
  afterAll(async () => {
    await removeAllContainers();
    root?.remove();
  });

  const start = async (args: string[], limits: { memory?: string; cpus?: number; extra?: string[] }) => {
    const container = await startContainer({
      root,
      args: [CONTAINER_NODE, '--inspect-port=0', '/app/app.js', ...args],
      network: 'host',
      ...limits,
    });
    await until('the server is ready', async () => (await container.logs()).includes('READY'));
    return container;
  };
  const look = (container: RunningContainer, seconds = 12) =>
    runCulprit(['diagnose', String(container.hostPid), '--duration', `${seconds}s`, '--json', '-']);

  test('whose quota is too small is throttled, and its server serves on; the code is not blamed', async () => {
    const container = await start(['20000', '0'], { memory: '256m', cpus: 0.3 });
    const report = reportOf(await look(container));
    expect(report.findings[0]).toMatchObject({ kind: 'cpu-throttled', subject: { name: 'CPU quota' } });
    expect(report.findings.map(({ kind }) => kind)).not.toContain('event-loop-block');
    expect(report.target.container).toMatchObject({
      memoryLimitBytes: 256 * 2 ** 20,
      cpuQuotaCores: 0.3,
      throttledShare: expect.any(Number),
    });
    expect(report.capture.restored).toBe(true);
    expect(await container.isRunning()).toBe(true);
    await container.remove();
  });

  test('with room for its load is healthy, and the report says what its memory is made of', async () => {
    const container = await start(['2000', '25'], {
      memory: '512m',
      cpus: 1.5,
      extra: ['--pids-limit', '200'],
    });
    const report = reportOf(await look(container));
    // On a machine whose CPUs others use, that is true of any process.
    expect(report.findings.filter(({ kind }) => kind !== 'cpu-starved')).toEqual([]);
    const { memory, ...limits } = report.target.container!;
    expect(limits).toMatchObject({
      memoryLimitBytes: 512 * 2 ** 20,
      cpuQuotaCores: 1.5,
      pidsLimit: 200,
      oomKills: 0,
    });
    expect(limits.pids).toBeGreaterThanOrEqual(7);
    // 60 MB of buffers are anonymous; the heap lies in it, too.
    expect(memory!.anonBytes).toBeGreaterThan(60 * 2 ** 20 + memory!.heapTotalBytes! / 2);
    expect(memory!.workingSetBytes).toBeLessThanOrEqual(memory!.usageBytes);
    expect(memory!.unreclaimableBytes).toBeLessThan(memory!.usageBytes + memory!.rssFileBytes!);
    expect(memory!.externalBytes).toBeGreaterThan(60 * 2 ** 20);
    await container.remove();
  });

  test('in which the kernel killed a child for want of memory counts it', async () => {
    const eater = `const a = []; for (;;) a.push(Buffer.alloc(8 * 1024 * 1024, 1));`;
    const parent = `
      const { spawn } = require('child_process');
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(eater)}]);
      child.on('exit', (code, signal) => console.log('ENDED ' + signal));
      setInterval(() => {}, 1e6);`;
    const container = await startContainer({
      root,
      args: [CONTAINER_NODE, '-e', parent],
      memory: '128m',
      extra: ['--memory-swap', '128m'],
    });
    await until('the child was killed', async () => (await container.logs()).includes('ENDED SIGKILL'));
    expect(readCgroup(container.hostPid)!.oomKills).toBeGreaterThanOrEqual(1);
    expect(await container.isRunning()).toBe(true);
    await container.remove();
  });

  test('is seen alike from the host and from within; a neighbour sees its own only, or the right one', async () => {
    const container = await start(['100', '100'], { memory: '200m', cpus: 0.7 });
    const outside = readCgroup(container.hostPid);
    expect(outside).toMatchObject({ memoryLimitBytes: 200 * 2 ** 20, cpuQuotaCores: 0.7 });
    expect(readThreadCpu(container.hostPid)!.mainMicros).toBeGreaterThan(0);
    // In the pid namespace of the other, as an ephemeral debug container is, with limits of its own.
    const debug = await startContainer({
      root,
      args: [CONTAINER_NODE, '-e', 'console.log("READY"); setInterval(() => {}, 1e6)'],
      memory: '99m',
      extra: ['--pid', `container:${container.name}`],
    });
    const { build } = await import('esbuild');
    const bundle = await build({
      stdin: {
        contents: `import { readCgroup } from './src/signals/passive/cgroup.ts';
          console.log(JSON.stringify([readCgroup(1), readCgroup(process.pid)]));`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
    });
    const seen = await debug.exec([CONTAINER_NODE, '-'], { stdin: bundle.outputFiles[0]!.text });
    const [target, own] = JSON.parse(seen.stdout.toString());
    expect(target).toMatchObject({ memoryLimitBytes: 200 * 2 ** 20, cpuQuotaCores: 0.7 });
    expect(target).not.toHaveProperty('ownAnonBytes');
    expect(own).toMatchObject({ memoryLimitBytes: 99 * 2 ** 20, ownAnonBytes: expect.any(Number) });
    const inside = await container.exec([CONTAINER_NODE, '-'], { stdin: bundle.outputFiles[0]!.text });
    expect(JSON.parse(inside.stdout.toString())[0]).toMatchObject({
      memoryLimitBytes: 200 * 2 ** 20,
      cpuQuotaCores: 0.7,
      ownAnonBytes: expect.any(Number),
    });
    await debug.remove();
    await container.remove();
  });
});
