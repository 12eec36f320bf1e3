// A CPU profile after decoding: a call tree over a time line of samples. Pure data.
import type { Frame } from './frame.ts';

/** One function in one calling context. */
export interface CallTreeNode {
  /** Index in `CpuProfile.nodes`; a parent's is always smaller than its children's. */
  index: number;
  /** -1 for the root. */
  parent: number;
  frame: Frame;
  /** Index of `frame` in `CpuProfile.frames`. */
  frameNumber: number;
  /** Time in this frame itself. */
  selfMicros: number;
  /** Time in this frame and all it called. */
  totalMicros: number;
  /** Where inside the function the samples fell: 1-based source line -> ticks. Counted out each time that it is asked for. */
  readonly lineTicks: ReadonlyMap<number, number>;
}

/** V8's pseudo frames are kept apart from code: they are states of the machine, not callers. */
export type SampleState = 'code' | 'idle' | 'program' | 'gc';

export interface CpuProfile {
  /** 0 is the main thread. */
  thread: number;
  threadName: string;
  durationMicros: number;
  /** Median distance of two samples. */
  intervalMicros: number;
  /** When the first sample was taken, in microseconds of V8's clock; absent where the profile does not say. */
  startClockMicros?: number;
  nodes: CallTreeNode[];
  /** Of all nodes; a frame may be there twice. */
  frames: Frame[];
  /** In time order: the leaf's node index, the state, and the time until the next sample. */
  samples: { node: Int32Array; state: Uint8Array; startMicros: Float64Array; micros: Float64Array };
  /** What is wrong with what it was decoded from; absent: nothing. */
  flaw?: ProfileFlaw;
}

export type ProfileFlaw =
  | { code: 'profile-without-samples' }
  | { code: 'profile-times-wrong'; wrong: number; samples: number }
  | { code: 'profile-sizes-wrong'; wrong: number };

/** `samples.state` holds the index into this list. */
export const SAMPLE_STATES: readonly SampleState[] = ['code', 'idle', 'program', 'gc'];
export const CODE = SAMPLE_STATES.indexOf('code');
export const IDLE = SAMPLE_STATES.indexOf('idle');
export const GC = SAMPLE_STATES.indexOf('gc');
