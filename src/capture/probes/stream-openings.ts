// A part of the probe (see install-probe.ts: sent as text, whole by itself): file streams. They open their file a tick
// after they were made, and one that is lost with its file open leaves no object to find it by.
import type { AsyncSites } from './async-sites.ts';
import type { ProbeCore } from './probe-protocol.ts';
import type { createSamplingPace } from './sampling-pace.ts';
import type { StackCapture } from './stack-capture.ts';

export interface StreamOpenings {
  /** From the init of a tick in which Node constructs a stream. */
  tick(resource: object, below: (...args: never[]) => unknown): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
}

export interface StreamOpeningParts {
  sites: AsyncSites;
  captureStack: StackCapture;
  createPace: typeof createSamplingPace;
}

export function createStreamOpenings(
  core: ProbeCore,
  { sites, captureStack, createPace }: StreamOpeningParts,
): StreamOpenings {
  const fs: typeof import('node:fs') = core.load('fs');
  const SAMPLES_PER_SECOND = 40;
  const SAMPLES_PER_BURST = 10;
  const own = core.ownValue;
  const pace = createPace(core.isPicked, SAMPLES_PER_SECOND, SAMPLES_PER_BURST);
  const hasFile = (stream: object) => typeof own(stream, 'fd') === 'number';
  return {
    tick(resource, below) {
      const callback = own(resource, 'callback');
      if (typeof callback !== 'function' || callback.name !== 'constructNT') return;
      const args = own(resource, 'args');
      const stream = Array.isArray(args) ? args[0] : undefined;
      if (!(stream instanceof fs.ReadStream) && !(stream instanceof fs.WriteStream)) return;
      const weight = pace.take();
      if (weight === 0) return;
      sites.remember({
        type: 'fs.stream',
        resource: stream,
        frames: captureStack(below),
        weight,
        isAlive: hasFile,
        isLostAlive: true,
      });
    },
    settle: pace.settle,
  };
}
