// Starts the watcher of the first moments (watcher.ts) and tells it when they are over.
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ListeningPort } from './proc/sockets.ts';

/** Of an opened inspector, until the lease is in place. */
export interface Watcher {
  /** The lease is in place: nobody needs to watch any more. */
  release(): void;
  /** Attaching failed: close what we opened. Never rejects. */
  abandon(): Promise<void>;
}

/**
 * Between the signal and the lease nothing in the target knows of us. A small process of its own watches those
 * moments: when we die in them, it closes the inspector that the look `token` opened. It leaves as soon as the lease is in place.
 */
export async function startWatcher(pid: number, before: ListeningPort[], token: string): Promise<Watcher> {
  const script = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../../dist/watcher.js' : './watcher.js', import.meta.url),
  );
  const known = before.map((port) => port.socket).join(',');
  const child = spawn(process.execPath, [script, String(pid), known, token], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  await new Promise<void>((resolve) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdout?.destroy();
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return { release: () => endWatcher(child, 'release'), abandon: async () => endWatcher(child, 'abandon') };
}

function endWatcher(child: ChildProcess, word: 'release' | 'abandon'): void {
  if (child.stdin && !child.stdin.destroyed && child.stdin.writable) child.stdin.end(`${word}\n`);
}
