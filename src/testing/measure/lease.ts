// One check at a time: forced collections, hooks and counts concern the whole process, so two checks would report each
// other.
import { UsageError } from '../../errors.ts';
import { alarm, nowMillis } from './real-time.ts';

let runningSince: number | null = null;

/** Refuses while another check is running; the returned function ends this one. */
export function takeLease(): () => void {
  if (runningSince !== null) {
    const seconds = ((nowMillis() - runningSince) / 1_000).toFixed(1);
    throw new UsageError(
      `A leak check has been running for ${seconds} s, and two at once would report each other's objects. Await the first one, do not nest checks, and do not use test.concurrent for leak tests.`,
    );
  }
  runningSince = nowMillis();
  return () => {
    runningSince = null;
  };
}

export interface Deadline {
  /** The body's promise, or the end of the time or of the signal, whichever is first. */
  within<T>(work: () => T | PromiseLike<T>): Promise<T>;
}

/** A body that never ends must not leave our hooks on. */
export function createDeadline(roundMillis: number, signal: AbortSignal | undefined): Deadline {
  return {
    async within(work) {
      if (signal?.aborted) throw abortError(signal);
      let end = () => {};
      const over = new Promise<never>((_, reject) => {
        const callOff = alarm(roundMillis, () => reject(lateError(roundMillis)));
        const abort = () => reject(abortError(signal!));
        signal?.addEventListener('abort', abort, { once: true });
        end = () => {
          callOff();
          signal?.removeEventListener('abort', abort);
        };
      });
      try {
        return await Promise.race([work(), over]);
      } finally {
        end();
      }
    },
  };
}

function lateError(roundMillis: number): UsageError {
  return new UsageError(
    `One round took longer than ${roundMillis} ms, so the check was aborted. A common cause is fake timers that are never advanced. Shorten the round, or raise roundMillis.`,
  );
}

function abortError(signal: AbortSignal): unknown {
  return signal.reason ?? new UsageError('The check was aborted by its AbortSignal.');
}
