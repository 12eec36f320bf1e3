// Inside a pod: a real container of 256 MB and half a core, Node.js as process 1, no shell and no disk. What the recorder finds,
// what is left when the link is cut, and what is said of that which cannot be looked at. The faults one by one: test/pods.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacking, requires } from '../support/requires.ts';
import { CONTAINER_NODE, type ContainerRoot, removeAllContainers } from './support/containers.ts';
import { reportOf, runCulprit, startCulprit } from './support/culprit.ts';
import { nodeBinary } from './support/node-versions.ts';
import { leftovers, podRoot, recordersIn, serves, startPod, VIA } from './support/pod.ts';
import { RECORDER } from './support/recorder.ts';
import { until } from './support/wait.ts';

requires('containers', 'other Node versions');
const roots = new Map<number, ContainerRoot>();
const scratch = mkdtempSync(join(tmpdir(), 'culprit-pods-'));

beforeAll(async () => {
  if (await lacking('containers', 'other Node versions')) return;
  for (const major of [20, 24]) roots.set(major, await podRoot(nodeBinary(major)));
});

afterAll(async () => {
  await removeAllContainers();
  for (const root of roots.values()) root.remove();
  rmSync(scratch, { recursive: true, force: true });
});

test('the recorder through standard input gives a recording that names the leak', async () => {
  const pod = await startPod(roots.get(20)!, 'leak');
  const args = [CONTAINER_NODE, '-', 'record', '1', '--duration', '14s'];
  const { code, stdout, stderr } = await pod.exec(args, { stdin: RECORDER });
  expect(code, stderr).toBe(0);
  const file = join(scratch, 'leak.tgz');
  writeFileSync(file, stdout);
  const report = reportOf(await runCulprit(['analyze', file, '--json', '-']));
  expect(report.findings[0]).toMatchObject({
    kind: 'heap-leak',
    subject: { function: 'openBasket', file: 'app/leak.cjs' },
  });
  expect(report.target).toMatchObject({
    pid: 1,
    container: { memoryLimitBytes: 256 * 2 ** 20, cpuQuotaCores: 0.5 },
  });
  expect(report.capture.restored).toBe(true);
  expect(await serves(pod)).toBe(true);
  expect(leftovers(pod)).toEqual([]);
  await pod.remove();
}, 60_000);

describe('when the link is cut in the middle', () => {
  test.concurrent('the recorder ends, and the target is clean within the lease', async () => {
    const pod = await startPod(roots.get(20)!, 'leak');
    const culprit = startCulprit(['k8s', pod.name, '--via', VIA, '--duration', '60s']);
    await until('the inspector is open', () => leftovers(pod).some((one) => one.startsWith('port')));
    await until('the profiler runs', () => leftovers(pod).includes('v8:ProfEvntProc'));
    culprit.kill('SIGKILL');
    await until('nothing of ours is left', () => leftovers(pod).length === 0, 15_000);
    expect(await serves(pod)).toBe(true);
    await pod.remove();
  }, 60_000);

  test.concurrent('a recorder that is killed itself leaves a target that cleans up', async () => {
    const pod = await startPod(roots.get(24)!, 'leak');
    const link = spawn(
      'podman',
      [
        ...VIA.split(' ').slice(1),
        'exec',
        '-i',
        pod.name,
        CONTAINER_NODE,
        '-',
        'record',
        '1',
        '--duration',
        '60s',
      ],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    link.stdin.end(RECORDER);
    await until('the profiler runs', () => leftovers(pod).includes('v8:ProfEvntProc'));
    const [recorder] = recordersIn(pod);
    process.kill(Number(recorder!.split(' ')[1]), 'SIGKILL');
    await until('nothing of ours is left', () => leftovers(pod).length === 0, 15_000);
    expect(await serves(pod)).toBe(true);
    link.kill();
    await pod.remove();
  }, 60_000);
});

describe('what cannot be looked at is told with the cure:', () => {
  const refused = async (server: string, args: string[], extra: string[] = []) => {
    const pod = await startPod(roots.get(20)!, server, extra);
    const result = await runCulprit(['k8s', pod.name, '--via', VIA, '--duration', '2s', ...args]);
    expect(leftovers(pod)).toEqual([]);
    await pod.remove();
    return result;
  };

  test.concurrent('a process that is not there', async () => {
    const { code, stderr } = await refused('leak', ['--target', '77']);
    expect(stderr).toMatch(/There is no process 77\./);
    expect(code).toBe(2);
  }, 60_000);

  test.concurrent('an image without Node.js where it is said to be', async () => {
    const { code, stderr } = await refused('leak', ['--node', '/opt/node']);
    expect(stderr).toMatch(/No Node\.js was found in container/);
    expect(code).toBe(3);
  }, 60_000);

  test.concurrent('a container that is not there', async () => {
    const { code, stderr } = await runCulprit(['k8s', 'no-such-container', '--via', VIA]);
    expect(stderr).toMatch(/There is no container no-such-container\./);
    expect(code).toBe(3);
  }, 60_000);
});
