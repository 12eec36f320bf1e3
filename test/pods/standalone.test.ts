// What people download for machines without Node.js: the archive, started from where it was unpacked; and the kubectl plugin in it,
// installed as krew does it, found by the real kubectl.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { wordsOfPlugin } from '../../src/cli/program.ts';
import {
  CONTAINER_NODE,
  type ContainerRoot,
  type RunningContainer,
  removeAllContainers,
} from '../live/support/containers.ts';
import { type KubeStub, startKubeStub } from '../live/support/kube-stub.ts';
import { findKubectl } from '../live/support/kubectl.ts';
import { leftovers, podRoot, serves, startPod, VIA } from '../live/support/pod.ts';
import { ROOT } from '../live/support/root.ts';
import { lacking, requires } from '../support/requires.ts';

const run = promisify(execFile);
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

let folder: string;
let archive: string;
/** Where it was unpacked. */
let unpacked: string;
/** Has a shell and what the launcher calls, and no Node.js. */
let bare: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'culprit-standalone-'));
  const words = [join(ROOT, 'packaging/archive.mjs'), '--out', folder];
  archive = (await run(process.execPath, words)).stdout.trim();
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  unpacked = archive.replace(/\.tar\.gz$/, '');
  bare = join(folder, 'bare');
  mkdirSync(bare);
  for (const program of ['sh', 'dirname', 'readlink'])
    symlinkSync(execFileSync('which', [program], { encoding: 'utf8' }).trim(), join(bare, program));
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (program: string, ...args: string[]) =>
  spawnSync(program, args, { encoding: 'utf8', env: { PATH: bare, HOME: folder } });

describe('the archive', () => {
  test('is one folder with two programs, their Node.js, a manual page and licences', () => {
    expect(archive).toBe(join(folder, `culprit-v${version}-${process.platform}-${process.arch}.tar.gz`));
    const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => !file.startsWith('lib/culprit/')).sort()).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'bin/culprit',
        'bin/kubectl-culprit',
        'lib/node',
        'share/man/man1/culprit.1',
      ]),
    );
    expect(files).toContain('lib/culprit/dist/THIRD-PARTY-LICENCES.txt');
  });

  test('answers where there is no Node.js', () => {
    expect(start('node', '--version').error).toMatchObject({ code: 'ENOENT' });
    expect(start(join(unpacked, 'bin/culprit'), '--version')).toMatchObject({
      status: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  test('answers through links to it, also relative ones, and from a folder with a space in its name', () => {
    const moved = join(folder, 'a folder');
    mkdirSync(moved);
    execFileSync('cp', ['-rl', unpacked, join(moved, 'culprit')]);
    symlinkSync('culprit/bin/culprit', join(moved, 'one'));
    symlinkSync(join(moved, 'one'), join(bare, 'another'));
    const { status, stdout } = start(join(bare, 'another'), 'explain', 'heap-leak');
    expect([status, stdout]).toEqual([0, expect.stringContaining('heap-leak')]);
  });

  test('looks into a process, with what it starts beside itself', async () => {
    const code = "setInterval(() => {}, 1000); console.log('READY')";
    const target = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((ready) => target.stdout.once('data', ready));
    const { status, stdout, stderr } = start(
      join(unpacked, 'bin/culprit'),
      ...['diagnose', String(target.pid)],
      '--duration',
      '2s',
    );
    target.kill();
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`, pid ${target.pid},`));
    expect(stdout).toContain('left as it was found');
  });
});

interface Platform {
  selector: { matchLabels: { os: string; arch: string } };
  uri: string;
  sha256: string;
  bin: string;
  files: { from: string; to: string }[];
}

interface KrewManifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: Record<'version' | 'homepage' | 'shortDescription' | 'description', string> & {
    platforms: Platform[];
  };
}

const manifestFor = (archives: string): KrewManifest =>
  parse(
    execFileSync(process.execPath, [join(ROOT, 'packaging/krew.mjs'), '--archives', archives], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );

describe('the krew manifest', () => {
  test('names what krew asks of a plugin', () => {
    const { apiVersion, kind, metadata, spec } = manifestFor(folder);
    expect({ apiVersion, kind, metadata }).toEqual({
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'culprit' },
    });
    expect(spec.version).toBe(`v${version}`);
    expect(spec.version).toMatch(/^v\d+\.\d+\.\d+$/);
    expect(spec.shortDescription).toMatch(/^[^\r\n]{1,60}$/);
    expect(spec.homepage).toMatch(/^https:/);
  });

  test('has the platforms whose archives are there, each whole', () => {
    const { platforms } = manifestFor(folder).spec;
    const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
    expect(platforms).toEqual([
      {
        selector: { matchLabels: { os: 'linux', arch: process.arch === 'x64' ? 'amd64' : 'arm64' } },
        uri: expect.stringMatching(/^https:.*\/culprit-v[\d.]+-linux-(x64|arm64)\.tar\.gz$/),
        sha256,
        files: [{ from: 'culprit-*/*', to: '.' }],
        bin: 'bin/kubectl-culprit',
      },
    ]);
  });

  test('is refused without an archive', () => {
    expect(() => manifestFor(bare)).toThrow('There is no archive in');
  });
});

test.each<[string, string]>([
  ['deployment/shop -n prod', 'k8s deployment/shop -n prod'],
  ['-n prod shop --duration 60s', 'k8s -n prod shop --duration 60s'],
  ['k8s shop', 'k8s shop'],
  ['audit shop -n prod', 'audit k8s shop -n prod'],
  ['audit -n prod shop', 'audit k8s -n prod shop'],
  ['triage k8s shop', 'triage k8s shop'],
  ['analyze shop.tgz', 'analyze shop.tgz'],
  ['pod/audit', 'k8s pod/audit'],
  ['--help', '--help'],
  ['--version', '--version'],
  ['', ''],
])('kubectl culprit %s is culprit %s', (typed, meant) => {
  const words = (line: string) => line.split(' ').filter((word) => word !== '');
  expect(wordsOfPlugin(words(typed))).toEqual(words(meant));
});

/** As krew does it: the files that a platform names are moved to where it says, and a link on the PATH leads to its program. */
function installAsKrew({ files, bin }: Platform): string {
  const store = join(folder, 'krew/store/culprit');
  const path = join(folder, 'krew/bin');
  for (const made of [store, path]) mkdirSync(made, { recursive: true });
  const extracted = mkdtempSync(join(folder, 'extracted-'));
  execFileSync('tar', ['-xzf', archive, '-C', extracted]);
  const entries = readdirSync(extracted).flatMap((top) =>
    readdirSync(join(extracted, top)).map((name) => `${top}/${name}`),
  );
  for (const { from, to } of files)
    for (const entry of entries.filter((one) => matchesGlob(one, from)))
      renameSync(join(extracted, entry), join(store, to, entry.slice(dirname(entry).length + 1)));
  symlinkSync(join(store, bin), join(path, 'kubectl-culprit'));
  return path;
}

describe('the kubectl plugin', () => {
  requires('kubectl', 'containers');
  let root: ContainerRoot;
  let container: RunningContainer;
  let stub: KubeStub;
  let env: Record<string, string>;

  beforeAll(async () => {
    if (await lacking('kubectl', 'containers')) return;
    const kubectl = await findKubectl();
    const real =
      'path' in kubectl && kubectl.path !== ''
        ? kubectl.path
        : dirname(execFileSync('which', ['kubectl'], { encoding: 'utf8' }).trim());
    const plugins = installAsKrew(manifestFor(folder).spec.platforms[0]!);
    root = await podRoot();
    container = await startPod(root, 'leak');
    const pod = {
      kind: 'Pod',
      metadata: { name: 'shop-1', namespace: 'staging' },
      spec: { containers: [{ name: 'app', image: 'shop:1' }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }] },
    };
    stub = await startKubeStub({
      objects: [pod],
      exec: ({ command: [program = '', ...args] }) => {
        const [podman = '', ...words] = VIA.split(' ');
        return spawn(podman, [
          ...words,
          'exec',
          '-i',
          container.name,
          program === 'node' ? CONTAINER_NODE : program,
          ...args,
        ]);
      },
    });
    // A kubectl of its own folder may have a Node.js beside it; the plugin has to come with its own.
    symlinkSync(join(real, 'kubectl'), join(bare, 'kubectl'));
    env = { PATH: `${plugins}:${bare}`, KUBECONFIG: stub.kubeconfig, HOME: folder };
  }, 120_000);

  afterAll(async () => {
    await stub?.end();
    await removeAllContainers();
    root?.remove();
  });

  const kubectl = (...args: string[]) =>
    run(join(bare, 'kubectl'), args, { env, maxBuffer: 64 * 2 ** 20 }).catch(
      (error: { stdout: string; stderr: string; code: number }) => error,
    );

  test('is in the list of plugins', async () => {
    expect((await kubectl('plugin', 'list')).stdout).toContain(join(folder, 'krew/bin/kubectl-culprit'));
  });

  test('diagnoses a pod', async () => {
    const done = await kubectl('culprit', 'shop-1', '-n', 'staging', '--duration', '14s', '--json', '-');
    expect(done.stderr).toBe('');
    const report = JSON.parse(done.stdout);
    expect(report.findings[0]).toMatchObject({ kind: 'heap-leak', subject: { function: 'openBasket' } });
    expect(report.target).toMatchObject({ location: 'pod shop-1 (container app, namespace staging)' });
    expect(await serves(container)).toBe(true);
    expect(leftovers(container)).toEqual([]);
  }, 120_000);

  test('hands on exit codes', async () => {
    expect(await kubectl('culprit', 'shop-9', '-n', 'staging')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no pod "shop-9"'),
    });
    expect(await kubectl('culprit', 'audit')).toMatchObject({ code: 2 });
  });
});
