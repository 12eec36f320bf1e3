// File streams. They open their file a tick after they were created, and one that is lost while its file is open leaves no
// object by which to find it.
import type { ProbeCore } from '../../../probe/core.ts';
import { type Below, captureStack } from '../../../probe/stacks/stack-capture.ts';
import type { AsyncSites } from './async-sites.ts';
import { createSamplingPace } from './sampling-pace.ts';

export interface StreamOpenings {
  /** From the init of a tick in which Node constructs a stream. */
  tick(resource: object, below: Below): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
}

const SAMPLES_PER_SECOND = 40;
const SAMPLES_PER_BURST = 10;

export function createStreamOpenings({ load, reads }: ProbeCore, sites: AsyncSites): StreamOpenings {
  const fs: typeof import('node:fs') = load('fs');
  const { own, isA, nameOf } = reads;
  const pace = createSamplingPace(SAMPLES_PER_SECOND, SAMPLES_PER_BURST);
  const hasFile = (stream: object) => typeof own(stream, 'fd') === 'number';
  return {
    tick(resource, below) {
      if (nameOf(own(resource, 'callback')) !== 'constructNT') return;
      const args = own(resource, 'args');
      const stream = Array.isArray(args) ? args[0] : undefined;
      if (!isA(stream, fs.ReadStream) && !isA(stream, fs.WriteStream)) return;
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
