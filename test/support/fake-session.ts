// Inspector sessions for tests: one that answers what a test says, and one that speaks to the very process that runs
// the test, so that V8 itself answers.
import inspector from 'node:inspector';
import { type InspectorSession, SessionClosed } from '../../src/target/inspector/inspector-session.ts';

export interface FakeSession extends InspectorSession {
  /** Methods in the order they were sent, with their parameters. */
  readonly sent: [method: string, params: object][];
  emit(method: string, params: object): void;
  /** The other side goes away: every pending and later command is refused. */
  die(): void;
}

type Answer = (params: object, session: FakeSession) => unknown;

/** Commands that `answers` does not know are answered with nothing. */
export function fakeSession(answers: Record<string, Answer> = {}): FakeSession {
  const sent: FakeSession['sent'] = [];
  const listeners = new Map<string, ((params: never) => void)[]>();
  let isClosed = false;
  let markClosed = () => {};
  const closed = new Promise<void>((resolve) => {
    markClosed = resolve;
  });
  const refusal = () => new SessionClosed('The target closed the connection.');
  const gone = closed.then(() => {
    throw refusal();
  });
  gone.catch(() => {});
  const session: FakeSession = {
    sent,
    closed,
    get isClosed() {
      return isClosed;
    },
    async send<T>(method: string, params: object = {}) {
      if (isClosed) throw refusal();
      sent.push([method, params]);
      const answer = await Promise.race([gone, answers[method]?.(params, session) ?? {}]);
      if (isClosed) throw refusal();
      return answer as T;
    },
    on(method, listener) {
      listeners.set(method, [...(listeners.get(method) ?? []), listener]);
      return () =>
        void listeners.set(
          method,
          listeners.get(method)!.filter((other) => other !== listener),
        );
    },
    emit(method, params) {
      for (const listener of listeners.get(method) ?? []) listener(params as never);
    },
    die() {
      isClosed = true;
      markClosed();
    },
    close: async () => session.die(),
  };
  return session;
}

/** Ends with `close()`. */
export function openOwnSession(): InspectorSession {
  const own = new inspector.Session();
  own.connect();
  return {
    closed: new Promise(() => {}),
    isClosed: false,
    send: <T>(method: string, params: object = {}) =>
      new Promise<T>((resolve, reject) =>
        own.post(method, params, (error, result) => {
          if (error) reject(Object.assign(new Error(error.message), { cause: error }));
          else resolve(result as T);
        }),
      ),
    on(method, listener) {
      const hear = ({ params }: { params: never }) => listener(params);
      own.on(method as never, hear);
      return () => void own.off(method, hear);
    },
    close: async () => own.disconnect(),
  };
}
