// The link that the recording leaves through, and how the recorder learns that its other end is gone: the output fails,
// nothing is read from it for long, or the input that was held open as a lifeline ends. A word on the lifeline ends the
// capture early.
import type { Readable, Writable } from 'node:stream';

export interface Link {
  /** Ends the capture early; what was captured is still sent. */
  readonly stop: AbortSignal;
  /** Why nobody listens; undefined while somebody may. */
  cut(): string | undefined;
  close(): void;
}

const LOOK_EVERY_MILLIS = 2_000;
/** Nothing is taken from a full pipe for so long: a reader that is only slow takes something. */
const STALLED_LOOKS = 10;

/** `lifeline`: an input that stays open as long as somebody is there; null where there is none. */
export function watchLink(output: Writable, lifeline: Readable | null): Link {
  const controller = new AbortController();
  let reason: string | undefined;
  const cut = (why: string) => {
    reason ??= why;
    controller.abort();
  };
  output.on('error', (error: Error) => cut(`the output broke: ${error.message}`));
  output.on('close', () => cut('the output was closed'));
  lifeline?.on('data', () => controller.abort());
  lifeline?.on('end', () => cut('the receiver has gone away'));
  lifeline?.on('error', () => cut('the receiver has gone away'));
  // It was held until somebody listens.
  lifeline?.resume();
  let stalled = 0;
  let waiting = 0;
  const timer = setInterval(() => {
    const isStuck = output.writableLength > 0 && output.writableLength >= waiting;
    stalled = isStuck ? stalled + 1 : 0;
    waiting = output.writableLength;
    if (stalled >= STALLED_LOOKS) cut('the receiver does not read the output');
  }, LOOK_EVERY_MILLIS);
  timer.unref();
  const onSignal = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return {
    stop: controller.signal,
    cut: () => reason,
    close: () => clearInterval(timer),
  };
}
