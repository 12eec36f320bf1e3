// Opening the inspector of a running process with SIGUSR1, after proving that the signal is safe to send, and
// finding the port it opened.

import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { AttachError } from '../errors.ts';
import { checkAttachable, describeRefusal } from './attachability.ts';
import { closeOpenedInspector } from './close-opened.ts';
import { findOpenInspector, type InspectorEndpoint } from './inspector-address.ts';
import { isLoopback, likelyInspectorPorts, readNodeFlags, wantedInspectorPort } from './inspector-ports.ts';
import { type ListeningPort, listeningPorts, portHolder } from './proc/sockets.ts';
import type { Watcher } from './watcher-process.ts';

export interface OpenedInspector extends Watcher {
  endpoint: InspectorEndpoint;
  /** The target's pid here and in its own pid namespaces. */
  pids: number[];
  openedByUs: boolean;
}

const SIGNAL_ANSWER_MILLIS = 3_000;
const POLL_MILLIS = 10;
const PORT_WAIT_MILLIS = 5_000;

/** Throws AttachError with the reason and the cure when the process cannot or must not be signalled. */
export async function openInspectorBySignal(pid: number, isWatched = true): Promise<OpenedInspector> {
  const before = listeningPorts(pid);
  const already = await findOpenInspector(likelyInspectorPorts(before, readNodeFlags(pid)));
  const verdict = checkAttachable(pid, { isInspectorOpen: already !== null });
  if (!verdict.ok) throw describeRefusal(pid, verdict);
  const pids = [pid, verdict.pidInside];
  if (already) return { endpoint: already, pids, openedByUs: false, ...NOTHING_OPENED };

  await waitForFreePort(pid);
  const watcher = isWatched ? await watchFromOutside(pid, before) : watchAlone(pid, before);
  try {
    signal(pid);
    const opened = await waitForNewInspector(pid, before);
    if (opened) return { endpoint: opened, pids, openedByUs: true, ...watcher };
    // No new port: perhaps it was open all along, on a port that nothing told us of.
    const hidden = await findOpenInspector(before.filter((port) => isLoopback(port.address)));
    if (hidden) {
      void watcher.abandon();
      return { endpoint: hidden, pids, openedByUs: false, ...NOTHING_OPENED };
    }
    throw portConflict(pid) ?? noInspectorOpened(pid);
  } catch (error) {
    await watcher.abandon();
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
    await delay(250);
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
    await delay(POLL_MILLIS);
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

/** Loaded only where it is used: a recorder in a pod starts no process. */
async function watchFromOutside(pid: number, before: ListeningPort[]): Promise<Watcher> {
  const { startWatcher } = await import('./watcher-process.ts');
  return startWatcher(pid, before);
}

/** Without a second process we close what we opened ourselves, as long as we are there to do it. */
function watchAlone(pid: number, before: ListeningPort[]): Watcher {
  const known = new Set(before.map(({ inode }) => inode));
  return { release: () => {}, abandon: () => closeOpenedInspector(pid, known).catch(() => {}) };
}

const NOTHING_OPENED: Watcher = { release: () => {}, abandon: async () => {} };

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
