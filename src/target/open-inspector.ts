// Opening the inspector of a running process with SIGUSR1, after proving that the signal is safe to send, and
// finding the port it opened.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AttachError } from '../errors.ts';
import { checkAttachable, describeRefusal } from './attachability.ts';
import { type InspectorEndpoint, readInspectorEndpoint } from './inspector-address.ts';
import { readCmdline } from './proc.ts';
import { type ListeningPort, listeningPorts, portHolder } from './sockets.ts';

export interface OpenedInspector {
  endpoint: InspectorEndpoint;
  /** The target's pid here and in its own pid namespaces. */
  pids: number[];
  openedByUs: boolean;
  /** The lease is in place: nobody needs to watch any more. */
  release(): void;
  /** Attaching failed: close what we opened. */
  abandon(): void;
}

const SIGNAL_ANSWER_MILLIS = 3_000;
const POLL_MILLIS = 10;
const DEFAULT_INSPECTOR_PORT = 9229;

/** Throws AttachError with the reason and the cure when the process cannot or must not be signalled. */
export async function openInspectorBySignal(pid: number): Promise<OpenedInspector> {
  const before = listeningPorts(pid);
  const already = await findOpenInspector(before.filter((port) => looksLikeInspector(pid, port)));
  const verdict = checkAttachable(pid, { isInspectorOpen: already !== null });
  if (!verdict.ok) throw describeRefusal(pid, verdict);
  const pids = [pid, verdict.pidInside];
  if (already) return { endpoint: already, pids, openedByUs: false, release: () => {}, abandon: () => {} };

  const watcher = await startWatcher(pid, before);
  try {
    process.kill(pid, 'SIGUSR1');
    const opened = await waitForNewInspector(pid, before);
    if (opened) return { endpoint: opened, pids, openedByUs: true, ...watcher };
    // No new port: perhaps it was open all along, on a port that nothing told us of.
    const hidden = await findOpenInspector(before.filter((port) => isLoopback(port.address)));
    watcher.abandon();
    if (hidden) return { endpoint: hidden, pids, openedByUs: false, release: () => {}, abandon: () => {} };
    throw noInspectorOpened(pid);
  } catch (error) {
    watcher.abandon();
    throw error;
  }
}

async function waitForNewInspector(pid: number, before: ListeningPort[]): Promise<InspectorEndpoint | null> {
  const known = new Set(before.map((port) => port.inode));
  const deadline = Date.now() + SIGNAL_ANSWER_MILLIS;
  while (Date.now() < deadline) {
    const fresh = listeningPorts(pid).filter((port) => !known.has(port.inode));
    const endpoint = await findOpenInspector(fresh);
    if (endpoint) return endpoint;
    if (!existsSync(`/proc/${pid}`)) {
      throw new AttachError(`Process ${pid} ended while we attached.`, 'Run `culprit ps` to see what is running.');
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
  return null;
}

/** The first of these ports that speaks the inspector's protocol. */
export async function findOpenInspector(ports: ListeningPort[]): Promise<InspectorEndpoint | null> {
  for (const { address, port } of ports) {
    const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
    const endpoint = await readInspectorEndpoint(host, port, 1_000).catch(() => null);
    if (endpoint) return endpoint;
  }
  return null;
}

/** Only ports that are known or likely to be an inspector's are asked: a request to the app's own port shows in its log. */
function looksLikeInspector(pid: number, { address, port }: ListeningPort): boolean {
  if (isLoopback(address) && port >= DEFAULT_INSPECTOR_PORT && port < DEFAULT_INSPECTOR_PORT + 100) return true;
  const args = readCmdline(pid) ?? [];
  const flags = args.filter((arg) => /^--(inspect|debug)/.test(arg)).join(' ');
  if (flags.includes(`${port}`)) return true;
  return /--inspect(-brk|-wait)?(=\S*:0|=0)?(\s|$)/.test(flags) && isLoopback(address);
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function noInspectorOpened(pid: number): AttachError {
  const wanted = wantedPort(readCmdline(pid) ?? []);
  const holder = wanted === 0 ? null : portHolder(wanted);
  if (holder && holder.pid !== pid) {
    const who = holder.pid ? `process ${holder.pid} (${holder.command})` : 'another process';
    return new AttachError(
      `Process ${pid} could not open its inspector: port ${wanted} is held by ${who}.`,
      `Close the inspector of ${who} and try again, or start the target with --inspect-port=0 so that it picks a free port.`,
    );
  }
  return new AttachError(
    `Process ${pid} took the signal, but opened no inspector.`,
    'Its own code may handle SIGUSR1 (then that handler ran instead), it may run under --permission without --allow-inspector, or it is too starved of CPU to answer. Start it with --inspect=127.0.0.1:0 to be able to attach.',
  );
}

function wantedPort(args: string[]): number {
  for (const arg of args) {
    const match = /^--(?:inspect|debug)(?:-port|-brk|-wait)?=(?:.*:)?(\d+)$/.exec(arg);
    if (match) return Number(match[1]);
  }
  return DEFAULT_INSPECTOR_PORT;
}

interface Watcher {
  release(): void;
  abandon(): void;
}

/**
 * Between the signal and the lease nothing in the target knows of us. A small process of its own watches those
 * moments: when we die in them, it closes the inspector. It leaves as soon as the lease is in place.
 */
async function startWatcher(pid: number, before: ListeningPort[]): Promise<Watcher> {
  const script = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/watcher.js' : './watcher.js', import.meta.url));
  const known = before.map((port) => port.inode).join(',');
  const child = spawn(process.execPath, [script, String(pid), known], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  await new Promise<void>((resolve) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdout?.destroy();
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return { release: () => endWatcher(child, 'release'), abandon: () => endWatcher(child, 'abandon') };
}

function endWatcher(child: ChildProcess, word: 'release' | 'abandon'): void {
  if (child.stdin && !child.stdin.destroyed && child.stdin.writable) child.stdin.end(`${word}\n`);
}
