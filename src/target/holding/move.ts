// Moves an inspector that culprit opened away from the port that all processes of a host share, so that many can be captured
// side by side.
import { setTimeout as delay } from 'node:timers/promises';
import { findOpenInspector, type InspectorEndpoint } from '../inspector/inspector-address.ts';
import type { InspectorSession } from '../inspector/inspector-session.ts';
import type { ListeningPort } from '../proc/sockets.ts';
import { processTable } from '../table/system-table.ts';
import { askToMove } from './claim.ts';
import type { AttachDeadline } from './deadline.ts';

const CLOSE_MILLIS = 1_000;
const OPEN_MILLIS = 5_000;
const POLL_MILLIS = 5;

export interface Move {
  pid: number;
  token: string;
  /** Ports that the process listened on before it was signalled. */
  before: ListeningPort[];
  deadline: AttachDeadline;
}

/**
 * Resolves with where the inspector is now: undefined where it was not moved, and the session goes on; null where it was
 * closed and did not open again.
 */
export async function moveInspector(
  session: InspectorSession,
  { pid, token, before, deadline }: Move,
): Promise<InspectorEndpoint | null | undefined> {
  const known = new Set([...before, ...processTable().listeningPorts(pid)].map(({ socket }) => socket));
  if (!(await askToMove(session, token))) return undefined;
  const isClosed = await Promise.race([session.closed.then(() => true), delay(CLOSE_MILLIS, false)]);
  if (!isClosed) return undefined;
  const endsAt = Date.now() + Math.min(OPEN_MILLIS, deadline.leftMillis);
  while (Date.now() < endsAt) {
    const fresh = processTable()
      .listeningPorts(pid)
      .filter(({ socket }) => !known.has(socket));
    const endpoint = await findOpenInspector(fresh);
    if (endpoint) return endpoint;
    await delay(POLL_MILLIS);
  }
  return null;
}
