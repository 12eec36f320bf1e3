// Reads of the sampling heap profiler: live bytes by allocation stack, read several times. Pure data.
import type { ProfileFlaw } from '../cpu-profile.ts';
import type { Frame } from '../frame.ts';

/** Live bytes by allocation stack at one moment, right after a full GC (V8 collects before it answers). */
export interface HeapSamplingRead {
  thread: number;
  atMillis: number;
  /** Innermost frame first. One entry for each distinct stack. */
  stacks: { frames: Frame[]; liveBytes: number }[];
  /** What is wrong with what it was decoded from; absent: nothing. */
  flaw?: ProfileFlaw;
}
