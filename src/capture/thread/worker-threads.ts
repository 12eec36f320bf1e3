// Reaching the target's worker threads: each speaks the same protocol, wrapped in messages to the main thread (the
// NodeWorker domain). Workers that start during the capture are reached too.

import { AttachError } from '../../errors.ts';
import {
  type InspectorSession,
  SessionClosed,
  withTimeout,
} from '../../target/inspector/inspector-session.ts';

export interface WorkerThread {
  /** As Node numbers them: 1, 2, ... */
  id: number;
  name: string;
  session: InspectorSession;
}

interface AttachedEvent {
  sessionId: string;
  workerInfo: { workerId: string; title: string; url: string };
}

/** A thread that ends within this time is never spoken to. */
const SETTLED_MILLIS = 500;
/** So many in a row, and none that stays: threads come and go here. */
const MOST_BRIEF = 3;

/**
 * Calls `onWorker` for every worker thread there is and for every new one, once it has lived for a moment. Resolves with how to
 * let go of them. Where threads come and go they are left alone, and `onBrief` hears of it: Node.js may crash when a debugger
 * is attached to a thread that is ending (seen on 20: SIGSEGV in 1 of 26 looks at a server that starts eight a second).
 */
export async function attachToWorkers(
  main: InspectorSession,
  onWorker: (worker: WorkerThread) => void,
  onBrief: () => void,
): Promise<() => Promise<void>> {
  const relays = new Map<string, WorkerRelay>();
  const settling = new Map<string, NodeJS.Timeout>();
  let settled = 0;
  let brief = 0;
  main.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }: AttachedEvent) => {
    const relay = createRelay(main, sessionId);
    relays.set(sessionId, relay);
    const id = Number(workerInfo.workerId) || relays.size;
    const settle = () => {
      settling.delete(sessionId);
      settled++;
      onWorker({ id, name: workerName(workerInfo), session: relay.session });
    };
    settling.set(sessionId, setTimeout(settle, SETTLED_MILLIS));
  });
  const noteBrief = (sessionId: string) => {
    if (!settling.has(sessionId)) return;
    clearTimeout(settling.get(sessionId));
    settling.delete(sessionId);
    if (++brief !== MOST_BRIEF || settled > 0) return;
    for (const timer of settling.values()) clearTimeout(timer);
    void main.send('NodeWorker.disable').catch(() => {});
    onBrief();
  };
  main.on(
    'NodeWorker.receivedMessageFromWorker',
    ({ sessionId, message }: { sessionId: string; message: string }) => {
      relays.get(sessionId)?.receive(message);
    },
  );
  main.on('NodeWorker.detachedFromWorker', ({ sessionId }: { sessionId: string }) => {
    noteBrief(sessionId);
    relays.get(sessionId)?.end();
    relays.delete(sessionId);
  });
  void main.closed.then(() => {
    for (const timer of settling.values()) clearTimeout(timer);
    for (const relay of relays.values()) relay.end();
  });
  // A blocked event loop does not answer; its workers are then not reached.
  await main.send('NodeWorker.enable', { waitForDebuggerOnStart: false }, 3_000);
  return async () => {
    for (const timer of settling.values()) clearTimeout(timer);
    await main.send('NodeWorker.disable').catch(() => {});
    for (const relay of relays.values()) relay.end();
  };
}

/** "Worker 3" is all that Node says of most; the file behind it tells people more. */
function workerName({ title, url }: AttachedEvent['workerInfo']): string {
  const file = url.split('/').at(-1);
  return file ? `${title} (${file})` : title;
}

interface WorkerRelay {
  session: InspectorSession;
  receive(message: string): void;
  end(): void;
}

function createRelay(main: InspectorSession, sessionId: string): WorkerRelay {
  let lastId = 0;
  let isClosed = false;
  let markClosed = () => {};
  const closed = new Promise<void>((resolve) => {
    markClosed = resolve;
  });
  const pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const end = () => {
    isClosed = true;
    markClosed();
    for (const { reject } of pending.values()) reject(new SessionClosed('The worker thread has ended.'));
    pending.clear();
  };
  const send = <T>(method: string, params: object = {}, timeoutMillis = 20_000): Promise<T> => {
    if (isClosed) return Promise.reject(new SessionClosed('The worker thread has ended.'));
    const id = ++lastId;
    const answer = new Promise<T>((resolve, reject) => pending.set(id, { resolve, reject }));
    main
      .send('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method, params }) })
      .catch((error) => {
        pending.get(id)?.reject(error);
      });
    const late = () => new AttachError(`A worker thread did not answer ${method} in time.`);
    return withTimeout(answer, timeoutMillis, late).finally(() => pending.delete(id));
  };
  const listeners = new Map<string, Set<(params: never) => void>>();
  const receive = (message: string) => {
    const { id, result, error, method, params } = JSON.parse(message) as {
      id?: number;
      result?: never;
      error?: { message: string };
      method?: string;
      params?: never;
    };
    for (const listener of listeners.get(method ?? '') ?? []) listener(params as never);
    const waiting = id === undefined ? undefined : pending.get(id);
    if (error) waiting?.reject(new AttachError(error.message));
    else waiting?.resolve(result as never);
  };
  const session: InspectorSession = {
    send,
    on(method, listener) {
      const set = listeners.get(method) ?? new Set();
      listeners.set(method, set.add(listener));
      return () => void set.delete(listener);
    },
    closed,
    get isClosed() {
      return isClosed;
    },
    close: async () => end(),
  };
  return { session, receive, end };
}
