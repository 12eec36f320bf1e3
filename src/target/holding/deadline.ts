// One deadline over all of attaching, up to the moment when the profilers run: a process that is starved of CPU answers each
// step late, and all steps together would take minutes.
import { AttachError } from '../../errors.ts';
import type { InspectorSession } from '../inspector/inspector-session.ts';

/** What remains of half a minute is for taking everything back. */
const ATTACH_MILLIS = 25_000;

export interface AttachDeadline {
  readonly isOver: boolean;
  readonly leftMillis: number;
  /** Rejects with the error of the deadline when it is over; never resolves. */
  readonly over: Promise<never>;
  /** Attaching is done: from now on nothing is late. */
  lift(): void;
}

/** `what`: the process, as the error names it. */
export function startDeadline(what: string, millis = ATTACH_MILLIS): AttachDeadline {
  const endsAt = Date.now() + millis;
  let reject = (_error: Error) => {};
  const over = new Promise<never>((_resolve, rejectIt) => {
    reject = rejectIt;
  });
  over.catch(() => {});
  let isLifted = false;
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    reject(tooSlow(what, millis));
  }, millis);
  timer.unref();
  return {
    get isOver() {
      return isOver;
    },
    get leftMillis() {
      return isLifted ? Number.POSITIVE_INFINITY : Math.max(0, endsAt - Date.now());
    },
    over,
    lift() {
      isLifted = true;
      clearTimeout(timer);
    },
  };
}

function tooSlow(what: string, millis: number): AttachError {
  return new AttachError(
    `Attaching to ${what} did not finish within ${millis / 1_000} s: it answers too slowly.`,
    'It may be stopped, or starved of CPU by others or by its quota: check the load of the machine, then try again.',
  );
}

/** The same session, whose commands all fail once the deadline is over. */
export function withDeadline(session: InspectorSession, deadline: AttachDeadline): InspectorSession {
  return {
    on: session.on,
    closed: session.closed,
    close: session.close,
    get isClosed() {
      return session.isClosed;
    },
    send: <T>(method: string, params?: object, timeoutMillis?: number) =>
      deadline.isOver
        ? deadline.over
        : Promise.race([deadline.over, session.send<T>(method, params, timeoutMillis)]),
  };
}
