// Closes an inspector that culprit's signal opened, when attaching through it failed or the sender of the signal is gone.
import { setTimeout as delay } from 'node:timers/promises';
import { release } from './holding/claim.ts';
import { findOpenInspector } from './inspector/inspector-address.ts';
import { openSession } from './inspector/inspector-session.ts';
import { processTable } from './table/system-table.ts';

const WATCH_MILLIS = 4_000;
const POLL_MILLIS = 50;

export interface Opened {
  pid: number;
  /** Sockets that it listened on before it was signalled. */
  knownSockets: ReadonlySet<string>;
  /** Of the look that opened it: another look's inspector stays open. */
  token: string;
}

/**
 * Closes the inspector that the process opened, wherever it listens by now. Waits 4 s for one to open, and up to `patienceMillis`
 * where one may be there and does not answer: the process is stopped, or starved of CPU.
 */
export async function closeOpenedInspector(opened: Opened, patienceMillis = WATCH_MILLIS): Promise<void> {
  const { pid, knownSockets, token } = opened;
  const from = Date.now();
  for (;;) {
    const table = processTable();
    const fresh = table.listeningPorts(pid).filter((port) => !knownSockets.has(port.socket));
    const endpoint = await findOpenInspector(fresh);
    if (endpoint) {
      const session = await openSession(endpoint.webSocketUrl);
      await release(session, { token, closeInspector: true }).catch(() => {});
      await session.close();
      return;
    }
    const waitedMillis = Date.now() - from;
    const maySoonAnswer = fresh.length > 0 || table.stat(pid)?.state === 'T';
    if (waitedMillis > (maySoonAnswer ? patienceMillis : WATCH_MILLIS)) return;
    await delay(POLL_MILLIS);
  }
}
