// The debug image: built by podman from its Containerfile, and run beside a container that has no Node.js to lend. The images that it
// is made of come from this machine, in place of those of a registry.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ContainerRoot,
  type RunningContainer,
  removeAllContainers,
} from '../live/support/containers.ts';
import { reportOf, runCulprit } from '../live/support/culprit.ts';
import { type ExecCall, startKubeStub } from '../live/support/kube-stub.ts';
import { findKubectl } from '../live/support/kubectl.ts';
import { leftovers, podRoot, serves, startPod, VIA } from '../live/support/pod.ts';
import { ROOT } from '../live/support/root.ts';
import { lacking, requires } from '../support/requires.ts';

requires('kubectl', 'containers');
const run = promisify(execFile);
const [PODMAN = '', ...PODMAN_WORDS] = VIA.split(' ');
const podman = (...args: string[]) => run(PODMAN, [...PODMAN_WORDS, ...args], { maxBuffer: 64 * 2 ** 20 });

const prefix = `localhost/culprit-test-${process.pid}`;
const ROOT_IMAGE = `${prefix}:root`;
const USER_IMAGE = `${prefix}:user`;
/** Of the target that is not root. */
const UID = '1000';
/** The usual limits of the tests' own session may be above what this machine allows to set. */
const LIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000'];

let folder: string;
let root: ContainerRoot;
let kubectlPath = '';

beforeAll(async () => {
  if (await lacking('kubectl', 'containers')) return;
  const kubectl = await findKubectl();
  if ('path' in kubectl) kubectlPath = kubectl.path;
  folder = mkdtempSync(join(tmpdir(), 'culprit-image-test-'));
  await importImage('node', { '/usr/local/bin/node': process.execPath });
  const { stdout } = await run('ldd', [process.execPath]);
  const libraries = [...stdout.matchAll(/\/\S+(?= \(0x)/g)].map(([path]) => path);
  await importImage('base', Object.fromEntries(libraries.map((path) => [path, path])));
  await build(ROOT_IMAGE);
  await build(USER_IMAGE, '--build-arg', `RUN_AS=${UID}`);
  root = await podRoot();
  // Others than root look into it, too.
  chmodSync(root.dir, 0o755);
}, 180_000);

afterAll(async () => {
  await removeAllContainers();
  if (await lacking('kubectl', 'containers')) return;
  root.remove();
  rmSync(folder, { recursive: true, force: true });
  for (const image of [ROOT_IMAGE, USER_IMAGE, `${prefix}:node`, `${prefix}:base`])
    await podman('rmi', '--force', image).catch(() => {});
});

/** By path inside: the file of this machine. */
async function importImage(tag: string, files: Record<string, string>): Promise<void> {
  const dir = join(folder, tag);
  for (const [path, file] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    copyFileSync(file, join(dir, path));
  }
  const archive = join(folder, `${tag}.tar`);
  await run('tar', ['-cf', archive, '-C', dir, '.']);
  await podman('import', archive, `${prefix}:${tag}`);
}

const build = (tag: string, ...more: string[]) =>
  run(process.execPath, [
    join(ROOT, 'packaging/image.mjs'),
    ...['--engine', VIA, '--tag', tag, '--', ...more],
    ...['--build-arg', `NODE_IMAGE=${prefix}:node`, '--build-arg', `BASE_IMAGE=${prefix}:base`],
  ]);

test('it holds Node.js, its libraries and culprit, no more, and starts culprit', async () => {
  const { stdout } = await podman('run', '--rm', '--network', 'none', ...LIMITS, ROOT_IMAGE, '--version');
  expect(stdout).toBe((await runCulprit(['--version'])).stdout.replace('dev', ''));
  const { stdout: bytes } = await podman('image', 'inspect', '--format', '{{.Size}}', ROOT_IMAGE);
  expect(Number(bytes)).toBeLessThan(200e6);
});

/** As a container of the pod that shares its processes and its network; `kubectl debug` gives the right to look at others' processes. */
function beside(container: RunningContainer, image: string, rights: string[]) {
  return ({ verb, command: [program = '', ...args] }: ExecCall) => {
    if (verb === 'exec')
      return `error executing command in container: OCI runtime exec failed: exec: "${program}": executable file not found in $PATH`;
    const shared = ['--pid', `container:${container.name}`, '--network', `container:${container.name}`];
    const words = ['run', '-i', '--rm', '--read-only', ...LIMITS, ...shared, ...rights];
    return spawn(PODMAN, [...PODMAN_WORDS, ...words, '--entrypoint', program, image, ...args]);
  };
}

test.each<[string, { image: string; target: string[]; rights: string[] }]>([
  [
    'as root into the process of any user',
    { image: ROOT_IMAGE, target: ['--user', UID], rights: ['--cap-add', 'SYS_PTRACE'] },
  ],
  [
    'without any right into the process of its own user',
    { image: USER_IMAGE, target: ['--user', UID], rights: ['--cap-drop', 'all'] },
  ],
])(
  'culprit k8s --debug-image looks %s',
  async (_, { image, target, rights }) => {
    const container = await startPod(root, 'leak', target);
    const pod = {
      kind: 'Pod',
      metadata: { name: 'bare-1', namespace: 'default' },
      spec: { containers: [{ name: 'app', image: 'shop:1' }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }] },
    };
    const stub = await startKubeStub({ objects: [pod], exec: beside(container, image, rights) });
    const result = await runCulprit(
      ['k8s', 'bare-1', '--debug-image', image, '--duration', '3s', '--json', '-'],
      {
        env: {
          KUBECONFIG: stub.kubeconfig,
          PATH: kubectlPath ? `${kubectlPath}:${process.env.PATH}` : process.env.PATH!,
        },
      },
    );
    await stub.end();
    expect(result.stderr).toBe('');
    const report = reportOf(result);
    expect(report.target).toMatchObject({
      pid: 1,
      location: 'pod bare-1 (container app, namespace default)',
    });
    expect(report.capture.restored).toBe(true);
    expect(stub.execs.at(-1)).toMatchObject({
      verb: 'attach',
      pod: 'bare-1',
      command: expect.arrayContaining(['node']),
    });
    expect(await serves(container)).toBe(true);
    expect(leftovers(container)).toEqual([]);
    await container.remove();
  },
  120_000,
);
