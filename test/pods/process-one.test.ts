// Pods in which Node.js is not process 1, or not alone, or somebody else's: the program is found, or the choice is told.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  buildRoot,
  CONTAINER_NODE,
  type ContainerRoot,
  removeAllContainers,
  startContainer,
} from '../live/support/containers.ts';
import { reportOf, runCulprit } from '../live/support/culprit.ts';
import { leftovers, VIA } from '../live/support/pod.ts';
import { until } from '../live/support/wait.ts';
import { INIT, lacking, requires, skipUnless } from '../support/requires.ts';

const APP = `require('node:http').createServer((q, s) => s.end('x')).listen(8080, '127.0.0.1', () => console.log('READY'));
let x = 0; setInterval(() => { for (let i = 0; i < 1e5; i++) x += i; }, 100);`;
const WRAPPER = `require('node:child_process').spawn(process.execPath, ['/app/server.cjs'], { stdio: 'inherit' });`;
const CLUSTER = `const cluster = require('node:cluster');
if (cluster.isPrimary) { cluster.fork(); cluster.fork(); } else require('/app/server.cjs');`;

const hasInit = existsSync(INIT);

requires('containers');
let root: ContainerRoot;
let bare: ContainerRoot;

beforeAll(async () => {
  if (await lacking('containers')) return;
  const files = { '/app/server.cjs': APP, '/app/npm-cli.cjs': WRAPPER, '/app/cluster.cjs': CLUSTER };
  root = await buildRoot({ files: hasInit ? { ...files, '/sbin/tini': { copy: INIT } } : files });
  // Others than root look into it, too.
  chmodSync(root.dir, 0o755);
  // As distroless images have it: Node.js where no PATH leads.
  bare = await buildRoot({ files });
  execFileSync('mkdir', ['-p', `${bare.dir}/nodejs/bin`]);
  execFileSync('mv', [`${bare.dir}${CONTAINER_NODE}`, `${bare.dir}/nodejs/bin/node`]);
}, 60_000);

afterAll(async () => {
  await removeAllContainers();
  root?.remove();
  bare?.remove();
});

async function look(
  args: string[],
  options: { in?: ContainerRoot; extra?: string[]; asked?: string[] } = {},
) {
  const pod = await startContainer({
    root: options.in ?? root,
    args,
    memory: '256m',
    cpus: 1,
    extra: options.extra,
  });
  await until('it serves', async () => (await pod.logs()).includes('READY'), 20_000, 100);
  const asked = ['k8s', pod.name, '--via', VIA, '--duration', '2s', ...(options.asked ?? ['--json', '-'])];
  const result = await runCulprit(asked);
  const left = leftovers(pod);
  await pod.remove();
  expect(left).toEqual([]);
  return result;
}

test.concurrent('a wrapper that waits for the program is passed over', async () => {
  const report = reportOf(await look([CONTAINER_NODE, '/app/npm-cli.cjs']));
  expect(report.target.title).toBe('node /app/server.cjs');
  expect(report.target.pid).toBeGreaterThan(1);
});

test.concurrent('an init (tini) as process 1 is none of ours', async (context) => {
  await skipUnless(context, 'init');
  const report = reportOf(await look(['/sbin/tini', '--', CONTAINER_NODE, '/app/server.cjs']));
  expect(report.target.title).toBe('node /app/server.cjs');
  expect(report.target.pid).toBeGreaterThan(1);
});

test.concurrent('of a cluster a worker is looked at, which does the work', async () => {
  const report = reportOf(await look([CONTAINER_NODE, '/app/cluster.cjs']));
  expect(report.target.title).toBe('node /app/cluster.cjs');
  expect(report.target.pid).toBeGreaterThan(1);
  expect(report.capture.restored).toBe(true);
});

test.concurrent('an ordinary user may look at its own process', async () => {
  const report = reportOf(
    await look([CONTAINER_NODE, '/app/server.cjs'], { extra: ['--user', '1000:1000', '--cap-drop=all'] }),
  );
  expect(report.target.pid).toBe(1);
  expect(report.capture.restored).toBe(true);
});

test.concurrent('a process of another user is told with a cure that containers have', async () => {
  const pod = await startContainer({
    root,
    args: [CONTAINER_NODE, '/app/server.cjs'],
    extra: ['--user', '1000:1000'],
  });
  await until('it serves', async () => (await pod.logs()).includes('READY'), 20_000, 100);
  // As an engine would that gives exec another user.
  const other = mkdtempSync(join(tmpdir(), 'culprit-podman-'));
  writeFileSync(
    join(other, 'podman'),
    `#!/bin/sh\nshift 2\nexec podman --runtime runc "$1" --user 2000:2000 -i "$3" "\${@:4}"\n`.replace(
      '#!/bin/sh',
      '#!/bin/bash',
    ),
    { mode: 0o755 },
  );
  const result = await runCulprit([
    'k8s',
    pod.name,
    '--via',
    `${other}/podman --runtime runc`,
    '--duration',
    '1s',
  ]);
  await pod.remove();
  rmSync(other, { recursive: true, force: true });
  expect(result.stderr).toMatch(
    /it belongs to another user \(uid 1000; culprit runs as uid 2000\)\.\n {2}Start the recorder by hand as that user, or as root/,
  );
  expect(result.code).toBe(3);
});

test.concurrent('Node.js where no PATH leads is found', async () => {
  const report = reportOf(await look(['/nodejs/bin/node', '/app/server.cjs'], { in: bare }));
  expect(report.target.pid).toBe(1);
});
