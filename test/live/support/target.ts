// Targets: small programs that culprit is pointed at. A target prints "READY <port>" once it serves; it is ended by
// its pid, and nothing else is.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TargetOptions {
  /** The program's text (CommonJS); or `file`. */
  code?: string;
  /** Name of the file that `code` is written to. */
  name?: string;
  file?: string;
  /** Further files next to it, by name. */
  files?: Record<string, string>;
  nodeArgs?: string[];
  args?: string[];
  node?: string;
  env?: Record<string, string>;
  /** Keeps the usual inspector port; otherwise each target opens its own, so that tests do not meet. */
  usesDefaultInspectorPort?: boolean;
}

export interface RunningTarget {
  pid: number;
  /** What it said after READY; 0 when it said nothing. */
  port: number;
  file: string;
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the body of `path`. */
  get(path: string, timeoutMillis?: number): Promise<string>;
  isRunning(): boolean;
  end(): Promise<void>;
}

const running = new Set<RunningTarget>();

/** Resolves once the target has printed READY. */
export async function startTarget(options: TargetOptions): Promise<RunningTarget> {
  const dir = mkdtempSync(join(tmpdir(), 'culprit-live-'));
  const file = options.file ?? join(dir, options.name ?? 'app.cjs');
  if (options.code !== undefined) writeFileSync(file, options.code);
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(join(dir, name), text);
  const portArgs = options.usesDefaultInspectorPort ? [] : ['--inspect-port=0'];
  const args = [...portArgs, ...(options.nodeArgs ?? []), file, ...(options.args ?? [])];
  const env = { ...process.env, NODE_OPTIONS: '', ...options.env };
  const child = spawn(options.node ?? process.execPath, args, {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-64 * 1024);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const target: RunningTarget = {
    pid: child.pid!,
    port: 0,
    file,
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    get: (path, timeoutMillis) => get(target.port, path, timeoutMillis),
    isRunning,
    async end() {
      running.delete(target);
      if (isRunning()) {
        child.kill('SIGKILL');
        await exited;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
  running.add(target);
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout = (stdout + chunk).slice(-64 * 1024);
      const ready = /^READY ?(\d*)$/m.exec(stdout);
      if (!ready) return;
      target.port ||= Number(ready[1]);
      resolve();
    });
    void exited.then(() => reject(new Error(`The target ended before it was ready:\n${stdout}${stderr}`)));
  });
  return target;
}

/** Ends every target that a test left behind. */
export async function endAllTargets(): Promise<void> {
  await Promise.all([...running].map((target) => target.end()));
}

export function get(port: number, path: string, timeoutMillis = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => {
        clearTimeout(timer);
        resolve(body);
      });
      response.on('error', reject);
    });
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer to ${path} in ${timeoutMillis} ms`)),
      timeoutMillis,
    );
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
