// Real containers for the live tests: podman with runc over a root folder built by hand, as bare as a distroless image
// (a Node binary, its shared libraries, the program; no shell). Every container is removed by its own name.
import { execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Where the root folder has its Node. */
export const CONTAINER_NODE = '/usr/bin/node';

export interface ContainerRoot {
  dir: string;
  remove(): void;
}

/** `files`: by absolute path inside, the text, or a file of this machine to copy. */
export async function buildRoot(options: {
  node?: string;
  files?: Record<string, string | { copy: string }>;
}): Promise<ContainerRoot> {
  const dir = mkdtempSync(join(tmpdir(), 'culprit-root-'));
  const node = options.node ?? process.execPath;
  const put = (path: string, content: string | { copy: string }) => {
    const target = join(dir, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof content === 'string') writeFileSync(target, content);
    else copyFileSync(content.copy, target);
  };
  for (const folder of ['app', 'dev', 'etc', 'proc', 'run', 'sys', 'tmp', 'var/tmp'])
    mkdirSync(join(dir, folder), { recursive: true });
  put(CONTAINER_NODE, { copy: node });
  const { stdout } = await run('ldd', [node]);
  for (const [path] of stdout.matchAll(/\/\S+(?= \(0x)/g)) put(path, { copy: path });
  for (const [path, content] of Object.entries(options.files ?? {})) put(path, content);
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export interface ContainerOptions {
  /** Default: a name of our own that no other has. */
  name?: string;
  root: ContainerRoot;
  /** The command, first the program: [CONTAINER_NODE, '/app/app.js']. It is process 1. */
  args: string[];
  /** As podman takes it: "256m". */
  memory?: string;
  cpus?: number;
  /** Default none. On the host's, a culprit out there can attach; give Node --inspect-port=0 then. */
  network?: 'none' | 'host';
  /** Default true. */
  readOnly?: boolean;
  /** Further options of `podman run`: ['--pids-limit', '50']. */
  extra?: string[];
}

export interface ExecResult {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

export interface RunningContainer {
  id: string;
  name: string;
  /** Of its process 1, in the pid namespace that this test runs in. */
  hostPid: number;
  /** What it printed so far, both streams. */
  logs(): Promise<string>;
  exec(args: string[], options?: { stdin?: string | Buffer }): Promise<ExecResult>;
  isRunning(): Promise<boolean>;
  /** Ends it at once and takes it away. */
  remove(): Promise<void>;
}

const left = new Set<RunningContainer>();
let started = 0;

/** Resolves once its process 1 runs; it need not be ready for anything yet. */
export async function startContainer(options: ContainerOptions): Promise<RunningContainer> {
  const name = options.name ?? `culprit-test-${process.pid}-${++started}`;
  const { stdout } = await podman([
    ...['run', '-d', '--name', name, `--network=${options.network ?? 'none'}`],
    ...(options.readOnly === false ? [] : ['--read-only']),
    ...(options.memory === undefined ? [] : ['--memory', options.memory]),
    ...(options.cpus === undefined ? [] : ['--cpus', String(options.cpus)]),
    // The usual limits of the tests' own session may be above what this machine allows to set.
    ...['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000'],
    ...(options.extra ?? []),
    ...['--rootfs', options.root.dir, ...options.args],
  ]).catch(async (error: Error) => {
    // One that was made and could not be started would stay.
    await podman(['rm', '-f', '-t', '0', name]).catch(() => {});
    throw error;
  });
  const inspect = async (format: string) => (await podman(['inspect', '-f', format, name])).stdout.trim();
  const container: RunningContainer = {
    id: stdout.trim(),
    name,
    hostPid: Number(await inspect('{{.State.Pid}}')),
    async logs() {
      const { stdout, stderr } = await podman(['logs', name]);
      return stdout + stderr;
    },
    exec: (args, { stdin } = {}) => execIn(name, args, stdin),
    isRunning: async () => (await inspect('{{.State.Running}}')) === 'true',
    async remove() {
      left.delete(container);
      await podman(['rm', '-f', '-t', '0', name]);
    },
  };
  left.add(container);
  return container;
}

/** Removes every container that a test left behind. */
export async function removeAllContainers(): Promise<void> {
  await Promise.all([...left].map((container) => container.remove()));
}

/** conmon leaves a file `oom` in the folder that it was started in when the kernel ends a container. */
function podman(args: string[]) {
  const options = { cwd: tmpdir(), maxBuffer: 64 * 2 ** 20, timeout: 60_000 };
  return run('podman', ['--runtime', 'runc', ...args], options);
}

function execIn(name: string, args: string[], stdin: string | Buffer | undefined): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const flags = stdin === undefined ? [] : ['-i'];
    const child = spawn('podman', ['--runtime', 'runc', 'exec', ...flags, name, ...args]);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
    );
    // A program that does not read its input may end before it has all of it.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

let asked: Promise<string | null> | undefined;

/** Null where containers with limits can run; otherwise why they cannot, in one sentence. */
export function containersUnavailable(): Promise<string | null> {
  asked ??= tryContainer();
  return asked;
}

async function tryContainer(): Promise<string | null> {
  if (process.platform !== 'linux') return 'containers are only tested on Linux.';
  for (const tool of ['podman', 'conmon', 'runc']) {
    // Services often lack the folders of root's tools in their PATH; podman looks there by itself.
    const path = `${process.env.PATH}:/usr/sbin:/sbin:/usr/libexec/podman:/usr/lib/podman`;
    const has = await run('which', [tool], { env: { ...process.env, PATH: path } }).catch(() => null);
    if (!has) return `${tool} is not installed (Debian: apt-get install podman conmon runc).`;
  }
  const root = await buildRoot({});
  try {
    const limits = ['--memory', '128m', '--cpus', '0.5'];
    const limited = [
      'run',
      '--rm',
      '--network=none',
      '--read-only',
      ...limits,
      '--ulimit',
      'nofile=1024:1024',
    ];
    await podman([
      ...[...limited, '--ulimit', 'nproc=1000:1000', '--rootfs', root.dir],
      ...[CONTAINER_NODE, '-e', '0'],
    ]);
    return null;
  } catch (error) {
    return `podman cannot run a container with limits here: ${String((error as Error).message)
      .split('\n')
      .slice(0, 2)
      .join(' ')}`;
  } finally {
    root.remove();
  }
}
