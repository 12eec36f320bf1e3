// The faults that people meet in pods, as the issue asks for them: real containers of 256 MB and half a core, with Node.js 16, 20
// and 24 as process 1, no shell and no disk; through the recorder on standard input and through `culprit k8s --via podman`.
// Takes some minutes: npm run test:pods.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DiagnosisReport } from '../../src/model/finding.ts';
import { CONTAINER_NODE, type ContainerRoot, removeAllContainers } from '../live/support/containers.ts';
import { reportOf, runCulprit } from '../live/support/culprit.ts';
import { nodeBinary } from '../live/support/node-versions.ts';
import { leftovers, podRoot, serves, startPod, VIA } from '../live/support/pod.ts';
import { RECORDER } from '../live/support/recorder.ts';
import { lacking, requires } from '../support/requires.ts';

requires('containers', 'other Node versions');
const roots = new Map<number, ContainerRoot>();
const scratch = mkdtempSync(join(tmpdir(), 'culprit-pods-'));

beforeAll(async () => {
  if (await lacking('containers', 'other Node versions')) return;
  for (const major of [16, 20, 24]) roots.set(major, await podRoot(nodeBinary(major)));
});

afterAll(async () => {
  await removeAllContainers();
  for (const root of roots.values()) root.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const FAULTS = {
  leak: { kind: 'heap-leak', says: /`baskets`.*openBasket/ },
  block: { kind: 'event-loop-block', says: /buildReport/ },
  sockets: { kind: 'socket-leak', says: /127\.0\.0\.1:7000.*connectToStore/ },
  throttled: { kind: 'cpu-throttled', says: /./ },
};
type Server = keyof typeof FAULTS;
type Way = 'standard input' | 'culprit k8s';

const TABLE = (Object.keys(FAULTS) as Server[]).flatMap((server) =>
  [16, 20, 24].flatMap((major) =>
    (['standard input', 'culprit k8s'] as const).map((way): [Server, number, Way] => [server, major, way]),
  ),
);

async function look(
  way: Way,
  name: string,
  exec: Awaited<ReturnType<typeof startPod>>['exec'],
): Promise<DiagnosisReport> {
  if (way === 'culprit k8s') {
    const result = await runCulprit(['k8s', name, '--via', VIA, '--duration', '16s', '--json', '-']);
    expect(result.stderr).toBe('');
    return reportOf(result);
  }
  const { code, stdout, stderr } = await exec([CONTAINER_NODE, '-', 'record', '1', '--duration', '16s'], {
    stdin: RECORDER,
  });
  expect(code, stderr).toBe(0);
  const file = join(scratch, `${name}.tgz`);
  writeFileSync(file, stdout);
  return reportOf(await runCulprit(['analyze', file, '--json', '-']));
}

test.concurrent.each(TABLE)(
  '%s in Node %i, through %s',
  async (server, major, way) => {
    const pod = await startPod(roots.get(major)!, server);
    const report = await look(way, pod.name, pod.exec);
    expect(report.target).toMatchObject({
      pid: 1,
      container: { memoryLimitBytes: 256 * 2 ** 20, cpuQuotaCores: 0.5 },
    });
    expect(report.target.nodeVersion).toMatch(new RegExp(`^v${major}\\.`));
    const [first] = report.findings;
    expect(first, report.verdictReason).toMatchObject({ kind: FAULTS[server].kind });
    expect(first!.title).toMatch(FAULTS[server].says);
    expect(report.capture.restored).toBe(true);
    expect(await serves(pod)).toBe(true);
    expect(leftovers(pod)).toEqual([]);
    await pod.remove();
  },
  90_000,
);
