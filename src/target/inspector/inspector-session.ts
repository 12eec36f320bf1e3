// One conversation with one thread's inspector. Small on purpose, so that tests can fake it and a worker thread
// can be reached through its parent with the same words.
import CDP from 'chrome-remote-interface';
import { AttachError } from '../../errors.ts';

/** Raised on every pending and later call once the other side is gone. */
export class SessionClosed extends AttachError {}

/** The inspector that was asked for does not take connections, or not any more. */
export class ConnectionRefused extends AttachError {}

export interface InspectorSession {
  /**
   * Sends one command and resolves with its result.
   * Rejects with SessionClosed when the target went away, and with AttachError after `timeoutMillis`.
   */
  send<T = unknown>(method: string, params?: object, timeoutMillis?: number): Promise<T>;
  /** Returns how to stop listening. */
  on(method: string, listener: (params: never) => void): () => void;
  /** Resolves once the other side is gone, for whatever reason. */
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
  close(): Promise<void>;
}

/** The client as it is used here: it types each command and event by its name, and here the name is a value. */
interface ProtocolClient {
  send(method: string, params: object): Promise<unknown>;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MILLIS = 20_000;
const CLOSE_TIMEOUT_MILLIS = 1_000;

/** Opens a session at a `ws://` address. Rejects with AttachError when nobody speaks the protocol there. */
export async function openSession(webSocketUrl: string, timeoutMillis = 5_000): Promise<InspectorSession> {
  // `local` keeps the client from downloading the protocol description from the target.
  const connecting = CDP({ target: webSocketUrl, local: true });
  void connecting.then(
    (late) => {
      if (timedOut) late.close().catch(() => {});
    },
    () => {},
  );
  let timedOut = false;
  const client = await withTimeout(connecting, timeoutMillis, () => {
    timedOut = true;
    return new AttachError(
      `The inspector at ${webSocketUrl} does not answer.`,
      'Something else may be listening on that port, or another debugger holds the connection. Close it and try again.',
    );
  }).catch((error: unknown) => {
    if (error instanceof AttachError) throw error;
    throw new ConnectionRefused(
      `The inspector at ${webSocketUrl} refused the connection: ${firstLine(error)}`,
      'Check that the address is that of a Node.js inspector.',
      { cause: error },
    );
  });
  guardMessages(client);
  return wrapClient(client);
}

function wrapClient(client: ProtocolClient): InspectorSession {
  let isClosed = false;
  let markClosed = () => {};
  const closed = new Promise<void>((resolve) => {
    markClosed = () => {
      isClosed = true;
      resolve();
    };
  });
  for (const event of ['disconnect', 'error']) listen(client, 'on', event, markClosed);
  const gone = closed.then(() => {
    throw connectionClosed();
  });
  gone.catch(() => {});
  return {
    closed,
    get isClosed() {
      return isClosed;
    },
    send: <T>(method: string, params: object = {}, timeoutMillis = DEFAULT_TIMEOUT_MILLIS) =>
      Promise.race([
        gone,
        withTimeout(sendTo(client, method, params), timeoutMillis, () => noAnswer(method)),
      ]) as Promise<T>,
    on(method, listener) {
      listen(client, 'on', method, listener);
      return () => listen(client, 'off', method, listener);
    },
    // A peer that does not answer the closing handshake is not waited for.
    close: () =>
      withTimeout(client.close(), CLOSE_TIMEOUT_MILLIS, () => new Error('late')).then(markClosed, markClosed),
  };
}

/** The client is an EventEmitter, which its types do not say. */
function listen(
  client: ProtocolClient,
  how: 'on' | 'off',
  event: string,
  listener: (params: never) => void,
): void {
  Reflect.apply(Reflect.get(client, how), client, [event, listener]);
}

/** The client parses each message without a guard: garbage from the other side would end us. */
function guardMessages(client: ProtocolClient): void {
  const socket: RawSocket | undefined = Reflect.get(client, '_ws');
  for (const listener of socket?.listeners('message') ?? []) {
    socket!.off('message', listener);
    socket!.on('message', (...args) => {
      try {
        listener(...args);
      } catch {
        socket!.terminate();
      }
    });
  }
}

interface RawSocket {
  listeners(event: string): ((...args: unknown[]) => void)[];
  on(event: string, listener: (...args: unknown[]) => void): void;
  off(event: string, listener: (...args: unknown[]) => void): void;
  terminate(): void;
}

function connectionClosed(): SessionClosed {
  return new SessionClosed(
    'The target closed the connection.',
    'It has exited, or its inspector was closed.',
  );
}

function noAnswer(method: string): AttachError {
  return new AttachError(
    `The target did not answer ${method} in time.`,
    'It may be stopped, starved of CPU, or paused in another debugger.',
  );
}

/** Rejects with `makeError()` when `promise` takes longer; the late result is dropped. */
export function withTimeout<T>(promise: Promise<T>, millis: number, makeError: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(makeError()), millis);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

async function sendTo(client: ProtocolClient, method: string, params: object): Promise<unknown> {
  try {
    return await client.send(method, params);
  } catch (error) {
    // A process on its way out answers still, but has nothing left to run code in.
    if (/Cannot find context|context was destroyed/i.test(firstLine(error)))
      throw new SessionClosed('The target is ending.');
    // The client has not told of the end yet.
    if (/WebSocket is not open/i.test(firstLine(error))) throw connectionClosed();
    throw new AttachError(
      `The target refused ${method}: ${firstLine(error)}`,
      'Its inspector may be too old, or another tool is using it.',
      { cause: error },
    );
  }
}
