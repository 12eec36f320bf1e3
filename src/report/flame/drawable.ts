// What a flame graph is drawn of: the time of a CPU profile, or the live bytes of a heap profile.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import type { HeapSamplingRead } from '../../model/memory/heap-sampling.ts';
import { type TimedStack, timedStacks } from './timed-stacks.ts';

/** One read of a thread's heap. */
export interface HeapDrawing {
  thread: number;
  threadName: string;
  read: HeapSamplingRead;
}

export type Drawable = CpuProfile | HeapDrawing;

/** Of a heap, weights and counts are bytes. */
export function stacksOf(drawable: Drawable): TimedStack[] {
  if (!('read' in drawable)) return timedStacks(drawable);
  return drawable.read.stacks
    .filter(({ liveBytes }) => liveBytes > 0)
    .map(({ frames, liveBytes }) => ({
      frames: frames.toReversed(),
      state: 'code',
      micros: liveBytes,
      count: Math.round(liveBytes),
    }));
}

export function unitOf(drawable: Drawable): 'microseconds' | 'bytes' {
  return 'read' in drawable ? 'bytes' : 'microseconds';
}

/** Whether there is anything to see in it: a thread that only waited has no flames. */
export function hasWeight(drawable: Drawable): boolean {
  return stacksOf(drawable).some(({ state, micros }) => state !== 'idle' && micros > 0);
}
