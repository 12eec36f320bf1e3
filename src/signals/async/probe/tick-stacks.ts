// The stacks that scheduled a tick. Streams open their file in the next tick, without code of the program on the stack: the
// stack that scheduled the tick shows the caller.
import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeFrame } from '../../../probe/probe-protocol.ts';
import { BYTES_PER_FRAME, isUserFrame } from '../../../probe/stacks/frames.ts';

export interface TickStacks {
  /** Of a tick that is being asked for. */
  remember(asyncId: number, frames: ProbeFrame[]): void;
  /** These frames, with those of who asked for the running tick where they name nobody. */
  withTick(frames: ProbeFrame[]): ProbeFrame[];
  ownHeapBytes(): number;
  /** Our own collection: no census may take it for the program's. */
  own: object;
}

const MAX_STACKS = 64;
const MAX_FRAMES = 8;

export function createTickStacks({ load, cleanups }: ProbeCore): TickStacks {
  const { executionAsyncId }: typeof import('node:async_hooks') = load('async_hooks');
  const stacks = new Map<number, ProbeFrame[]>();
  cleanups.push(() => stacks.clear());
  return {
    remember(asyncId, frames) {
      const from = frames.findIndex(isUserFrame);
      if (from < 0) return;
      stacks.set(asyncId, frames.slice(from, from + MAX_FRAMES));
      if (stacks.size > MAX_STACKS) stacks.delete(stacks.keys().next().value as number);
    },
    withTick(frames) {
      if (frames.some(isUserFrame)) return frames;
      const asked = stacks.get(executionAsyncId());
      return asked ? frames.concat(asked) : frames;
    },
    ownHeapBytes: () =>
      [...stacks.values()].reduce((sum, frames) => sum + 100 + frames.length * BYTES_PER_FRAME, 0),
    own: stacks,
  };
}
