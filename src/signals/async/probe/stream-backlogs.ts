// Streams that are written to faster than they pass it on, by code that does not wait: what was written piles up in them. Met in the
// ticks that Node schedules for them.
import type { ProbeCore } from '../../../probe/core.ts';
import { isUserFrame } from '../../../probe/stacks/frames.ts';
import { type Below, captureStack } from '../../../probe/stacks/stack-capture.ts';
import type { AsyncSites } from './async-sites.ts';
import { createSamplingPace } from './sampling-pace.ts';

export interface StreamBacklogs {
  /** From the init of a tick that Node schedules for a stream. */
  tick(resource: object, below: Below): void;
  /** The end of a burst of so many seconds. */
  settle(seconds: number): void;
}

const TICKS = ['afterWriteTick', 'afterWrite', 'resume_', 'maybeReadMore_', 'emitReadable_'];
const SAMPLES_PER_SECOND = 40;
const SAMPLES_PER_BURST = 10;
/** So many writes wait only where nobody waits for 'drain': a stream asks for that after 16 objects or some KB. */
const MANY = 1_000;

export function createStreamBacklogs({ reads }: ProbeCore, sites: AsyncSites): StreamBacklogs {
  const { own, bySymbol, isObject, nameOf, classNameOf } = reads;
  const pace = createSamplingPace(SAMPLES_PER_SECOND, SAMPLES_PER_BURST);
  const known = new WeakSet<object>();
  const stateOf = (stream: unknown) => own(stream, '_writableState');
  const holds = (stream: object) => Number(own(stateOf(stream), 'length')) > 0;
  const holdsMuch = (stream: object) => {
    const state = stateOf(stream);
    const buffered = own(state, 'buffered') ?? bySymbol(state, 'kBufferedValue');
    return Array.isArray(buffered) && buffered.length - Number(own(state, 'bufferedIndex')) >= MANY;
  };
  return {
    tick(resource, below) {
      if (!TICKS.includes(nameOf(own(resource, 'callback')))) return;
      const args = own(resource, 'args');
      const first: unknown = Array.isArray(args) ? args[0] : undefined;
      const stream = isObject(stateOf(first)) ? first : own(first, 'stream');
      if (!isObject(stream) || known.has(stream) || !holds(stream)) return;
      const weight = pace.take();
      if (weight === 0) return;
      const frames = captureStack(below);
      // Who goes on with it later is Node alone: then only streams that hold much already are told.
      if (!frames.some(isUserFrame) && !holdsMuch(stream)) return;
      known.add(stream);
      const label = classNameOf(stream);
      sites.remember({
        type: 'stream.write',
        resource: stream,
        frames,
        weight,
        label,
        isAlive: holds,
        isUnended: holdsMuch,
      });
    },
    settle: pace.settle,
  };
}
