// A part of the probe (see install-probe.ts: sent as text, whole by itself): file streams. They open their file a tick
// after they were made, and one that is lost with its file open leaves no object to find it by.
import type { AsyncSites } from './async-sites.ts';
import type { ProbeCore } from './probe-protocol.ts';
import type { StackCapture } from './stack-capture.ts';

export interface StreamOpenings {
  /** From the init of a tick in which Node constructs a stream. */
  tick(resource: object, below: (...args: never[]) => unknown): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
}

export function createStreamOpenings(
  core: ProbeCore,
  sites: AsyncSites,
  captureStack: StackCapture,
): StreamOpenings {
  const fs: typeof import('node:fs') = core.load('fs');
  const SAMPLES_PER_SECOND = 40;
  const SAMPLES_PER_BURST = 10;
  const pace = { seen: 0, inWindow: 0, every: 1, taken: 0 };
  const own = (value: object, key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value;
  const hasFile = (stream: object) => typeof own(stream, 'fd') === 'number';
  return {
    tick(resource, below) {
      const callback = own(resource, 'callback');
      if (typeof callback !== 'function' || callback.name !== 'constructNT') return;
      const args = own(resource, 'args');
      const stream = Array.isArray(args) ? args[0] : undefined;
      if (!(stream instanceof fs.ReadStream) && !(stream instanceof fs.WriteStream)) return;
      pace.inWindow++;
      if (!core.isPicked(pace.seen++, pace.every) || pace.taken >= SAMPLES_PER_BURST) return;
      pace.taken++;
      sites.remember({
        type: 'fs.stream',
        resource: stream,
        frames: captureStack(below),
        weight: pace.every,
        isAlive: hasFile,
        isLostAlive: true,
      });
    },
    settle(seconds) {
      pace.every = Math.max(1, Math.ceil(pace.inWindow / seconds / SAMPLES_PER_SECOND));
      pace.inWindow = pace.taken = 0;
    },
  };
}
