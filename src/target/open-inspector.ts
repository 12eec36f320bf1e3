// Opening the inspector of a running process with SIGUSR1, after proving that the signal is safe to send, and
// finding the port it opened.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AttachError } from '../errors.ts';
import { checkAttachable, describeRefusal } from './attachability.ts';
import { type InspectorEndpoint, readInspectorEndpoint } from './inspector-address.ts';
import { isLoopback, likelyInspectorPorts, readNodeFlags, wantedInspectorPort } from './inspector-ports.ts';
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
const PORT_WAIT_MILLIS = 5_000;

/** Throws AttachError with the reason and the cure when the process cannot or must not be signalled. */
export async function openInspectorBySignal(pid: number): Promise<OpenedInspector> {
  const before = listeningPorts(pid);
  const already = await findOpenInspector(likelyInspectorPorts(before, readNodeFlags(pid)));
  const verdict = checkAttachable(pid, { isInspectorOpen: already !== null });
  if (!verdict.ok) throw describeRefusal(pid, verdict);
  const pids = [pid, verdict.pidInside];
  if (already) return { endpoint: already, pids, openedByUs: false, release: () => {}, abandon: () => {} };

  await waitForFreePort(pid);
  const watcher = await startWatcher(pid, before);
  try {
    signal(pid);
    const opened = await waitForNewInspector(pid, before);
    if (opened) return { endpoint: opened, pids, openedByUs: true, ...watcher };
    // No new port: perhaps it was open all along, on a port that nothing told us of.
    const hidden = await findOpenInspector(before.filter((port) => isLoopback(port.address)));
    watcher.abandon();
    if (hidden) return { endpoint: hidden, pids, openedByUs: false, release: () => {}, abandon: () => {} };
    throw portConflict(pid) ?? noInspectorOpened(pid);
  } catch (error) {
    watcher.abandon();
    throw error;
  }
}

/**
 * With its port taken, the target would print an error and stay closed: not even asked. Another culprit at work on
 * this machine gives the port back soon, so it is given some time.
 */
async function waitForFreePort(pid: number): Promise<void> {
  const deadline = Date.now() + PORT_WAIT_MILLIS;
  for (;;) {
    const taken = portConflict(pid);
    if (!taken) return;
    if (Date.now() > deadline) throw taken;
    await new Promise((resolve) => setTimeout(resolve, 250));
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
      throw new AttachError(
        `Process ${pid} ended while we attached.`,
        'Run `culprit ps` to see what is running.',
      );
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

function portConflict(pid: number): AttachError | null {
  const wanted = wantedInspectorPort(readNodeFlags(pid));
  const holder = wanted === 0 ? null : portHolder(wanted);
  if (!holder || holder.pid === pid) return null;
  const who = holder.pid ? `process ${holder.pid} (${holder.command})` : 'another process';
  return new AttachError(
    `Process ${pid} cannot open its inspector: port ${wanted} is held by ${who}. Nothing was done.`,
    `Close the inspector of ${who} and try again, or start the target with --inspect-port=0 so that it picks a free port.`,
  );
}

function noInspectorOpened(pid: number): AttachError {
  return new AttachError(
    `Process ${pid} took the signal, but opened no inspector.`,
    'Its own code may handle SIGUSR1 (then that handler ran instead), it may run under --permission without --allow-inspector, or it is too starved of CPU to answer. Start it with --inspect=127.0.0.1:0 to be able to attach.',
  );
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
  const script = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../../dist/watcher.js' : './watcher.js', import.meta.url),
  );
  const known = before.map((port) => port.inode).join(',');
  const child = spawn(process.execPath, [script, String(pid), known], {
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
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return { release: () => endWatcher(child, 'release'), abandon: () => endWatcher(child, 'abandon') };
}

function endWatcher(child: ChildProcess, word: 'release' | 'abandon'): void {
  if (child.stdin && !child.stdin.destroyed && child.stdin.writable) child.stdin.end(`${word}\n`);
}

/** Throws AttachError when the process has ended meanwhile, or is not ours to signal. */
function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGUSR1');
  } catch (error) {
    const hasEnded = (error as NodeJS.ErrnoException).code === 'ESRCH';
    throw new AttachError(
      hasEnded
        ? `Process ${pid} ended before it could be attached to.`
        : `Process ${pid} cannot be signalled: ${(error as Error).message}.`,
      hasEnded ? 'Start it again, and look why it ends.' : 'Run culprit as the same user, or as root.',
      { cause: error },
    );
  }
}
