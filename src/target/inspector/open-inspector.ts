// Opening the inspector of a running process with SIGUSR1, after proving that the signal is safe to send, and
// finding the port it opened.

import { setTimeout as delay } from 'node:timers/promises';
import { debuglog } from 'node:util';
import { AttachError } from '../../errors.ts';
import { checkAttachable, describeRefusal } from '../attachability.ts';
import { closeOpenedInspector } from '../close-opened.ts';
import type { AttachDeadline } from '../holding/deadline.ts';
import { takePortTurn } from '../holding/port-turn.ts';
import type { ListeningPort } from '../proc/sockets.ts';
import { processTable } from '../table/system-table.ts';
import type { Watcher } from '../watcher-process.ts';
import { findOpenInspector, type InspectorEndpoint } from './inspector-address.ts';
import { isLoopback, likelyInspectorPorts, readNodeFlags, wantedInspectorPort } from './inspector-ports.ts';
import { findPortConflict, sayPortCure } from './port-conflict.ts';

export interface OpenedInspector extends Watcher {
  endpoint: InspectorEndpoint;
  /** The target's pid here and in its own pid namespaces. */
  pids: number[];
  openedByUs: boolean;
  /** Sockets that it listened on before. */
  before: ListeningPort[];
  /** The port that it would open again; 0: any free one. */
  wantedPort: number;
  /** From here on another process may be signalled to open that port. */
  endTurn(): void;
}

export interface OpenOptions {
  /** Names the look, to the claim and to whoever cleans up. */
  token: string;
  deadline: AttachDeadline;
  /** A process of its own closes what was opened, should we die before the lease is in place. */
  isWatched: boolean;
}

/** With NODE_DEBUG=culprit each phase of an attach and of a capture is a line on standard error. */
const debug = debuglog('culprit');

const SIGNAL_ANSWER_MILLIS = 3_000;
const POLL_MILLIS = 10;
const PORT_WAIT_MILLIS = 8_000;

/** Throws AttachError with the reason and the cure when the process cannot or must not be signalled. */
export async function openInspectorBySignal(pid: number, options: OpenOptions): Promise<OpenedInspector> {
  const table = processTable();
  const before = table.listeningPorts(pid);
  const flags = readNodeFlags(pid, table);
  const already = await findOpenInspector(likelyInspectorPorts(before, flags));
  const verdict = checkAttachable(pid, { table, isInspectorOpen: already !== null });
  if (!verdict.ok) throw describeRefusal(pid, verdict);
  const wantedPort = wantedInspectorPort(flags);
  const found = { pids: [pid, verdict.pidInside], before, wantedPort };
  if (already) return { ...found, endpoint: already, openedByUs: false, ...NOTHING_OPENED };

  const waitMillis = Math.min(PORT_WAIT_MILLIS, options.deadline.leftMillis);
  const endTurn = wantedPort === 0 ? () => {} : await takePortTurn(wantedPort, waitMillis);
  const watcher = await watch(pid, before, options);
  try {
    await waitForFreePort(pid, Date.now() + waitMillis);
    const opened = await signalAndFind(pid, before, options.deadline);
    if (opened) return { ...found, endpoint: opened, openedByUs: true, endTurn, ...watcher };
    // No new port: perhaps it was open all along, on a port that nothing told us of. Those that the system picked first:
    // a request to a port of the program's own would show in its log.
    const loopback = before.filter((port) => isLoopback(port.address)).sort((a, b) => b.port - a.port);
    const hidden = await findOpenInspector(loopback);
    if (!hidden) throw portConflict(pid) ?? noInspectorOpened(pid);
    endTurn();
    void watcher.abandon();
    return { ...found, endpoint: hidden, openedByUs: false, ...NOTHING_OPENED };
  } catch (error) {
    endTurn();
    await watcher.abandon();
    throw error;
  }
}

/**
 * With its port taken, the target would print an error and stay closed: not even asked. Another culprit at work on
 * this machine gives the port back soon, so it is given some time.
 */
async function waitForFreePort(pid: number, endsAt: number): Promise<void> {
  for (;;) {
    const taken = portConflict(pid);
    if (!taken) return;
    if (Date.now() > endsAt) throw taken;
    await delay(100);
  }
}

/** Signals, and again where another process was faster at the port. Null: no inspector opened. */
export async function signalAndFind(
  pid: number,
  before: ListeningPort[],
  deadline: AttachDeadline,
): Promise<InspectorEndpoint | null> {
  for (;;) {
    signal(pid);
    const opened = await waitForNewInspector(pid, before, deadline);
    if (opened || !portConflict(pid)) return opened;
    await waitForFreePort(pid, Date.now() + Math.min(PORT_WAIT_MILLIS, deadline.leftMillis));
  }
}

/** Waits longer for one that has opened and does not answer: its process is starved of CPU, or was stopped. */
async function waitForNewInspector(
  pid: number,
  before: ListeningPort[],
  deadline: AttachDeadline,
): Promise<InspectorEndpoint | null> {
  const known = new Set(before.map((port) => port.socket));
  const from = Date.now();
  while (!deadline.isOver) {
    const table = processTable();
    const fresh = table.listeningPorts(pid).filter((port) => !known.has(port.socket));
    const endpoint = await findOpenInspector(fresh);
    if (endpoint) {
      debug('the inspector is open');
      return endpoint;
    }
    if (!table.stat(pid)) {
      throw new AttachError(
        `Process ${pid} ended while culprit attached.`,
        'Run `culprit ps` to see what is running.',
      );
    }
    const isSilent = fresh.some((port) => isLoopback(port.address));
    if (!isSilent && Date.now() - from > SIGNAL_ANSWER_MILLIS) return null;
    await delay(POLL_MILLIS);
  }
  return deadline.over;
}

function portConflict(pid: number): AttachError | null {
  const conflict = findPortConflict(pid);
  if (conflict === null) return null;
  const { port, holder } = conflict;
  return new AttachError(
    `Process ${pid} cannot open its inspector: port ${port} is held by ${holder}. culprit did not attach.`,
    sayPortCure(holder),
  );
}

function noInspectorOpened(pid: number): AttachError {
  return new AttachError(
    `Process ${pid} received the signal, but opened no inspector.`,
    'Its own code may handle SIGUSR1 (then that handler ran instead), or it is too starved of CPU to answer. Start it with --inspect=127.0.0.1:0 to be able to attach.',
  );
}

/** The watcher is loaded only where it is used: a recorder in a pod starts no process. */
async function watch(
  pid: number,
  before: ListeningPort[],
  { isWatched, token }: OpenOptions,
): Promise<Watcher> {
  if (isWatched) return (await import('../watcher-process.ts')).startWatcher(pid, before, token);
  // Without a second process we close what we opened ourselves, as long as we are there to do it.
  const knownSockets = new Set(before.map(({ socket }) => socket));
  return {
    release: () => {},
    abandon: () => closeOpenedInspector({ pid, knownSockets, token }).catch(() => {}),
  };
}

const NOTHING_OPENED = { release: () => {}, abandon: async () => {}, endTurn: () => {} };

/** Throws AttachError when the process has ended meanwhile, or is not ours to signal. */
function signal(pid: number): void {
  debug('sending SIGUSR1');
  try {
    processTable().openInspector(pid);
  } catch (error) {
    const hasEnded = (error as NodeJS.ErrnoException).code === 'ESRCH';
    throw new AttachError(
      hasEnded
        ? `Process ${pid} ended before culprit could attach to it.`
        : `Process ${pid} cannot be signalled: ${(error as Error).message}.`,
      hasEnded ? 'Start it again, and find out why it ends.' : 'Run culprit as the same user, or as root.',
      { cause: error },
    );
  }
}
