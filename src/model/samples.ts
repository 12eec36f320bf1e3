// What was counted at each moment of a capture, from outside (/proc) and from inside the target. Pure data.
// Every field that a platform, Node version or permission may withhold is optional: absent is unknown, never 0.
import type { RuntimeLine } from '../signals/runtime/wire.ts';
import type { Frame } from './frame.ts';

export type { CgroupSample } from '../signals/passive/cgroup-wire.ts';
export type {
  Addon,
  ChildProcess,
  FdGroup,
  MappedFile,
  PassiveSample,
  SocketGroup,
  TcpCounters,
  ThreadCpu,
} from '../signals/passive/wire.ts';
export type { Lookup } from '../signals/runtime/wire.ts';
export type { CpuTurns, SchedulingSample } from '../signals/scheduling/wire.ts';

/** From inside the target, one thread. Interval values cover the time since the sample before. */
export interface RuntimeSample extends Omit<RuntimeLine, 'type' | 'ownPauses' | 'stuckFrames'> {
  /** How long culprit itself held the thread in the interval: its reads make V8 collect garbage. */
  ownPauseMillis?: number;
  /** Each time that it did, in milliseconds since the capture began; absent where the clock is not known. */
  ownPauseSpans?: { atMillis: number; millis: number }[];
}

/** Caught from within: where a thread was that gave its event loop no turn for about a second. */
export interface StuckStack {
  thread: number;
  atMillis: number;
  frames: Frame[];
}

/** A limit the process runs against, found at the start. */
export interface Limits {
  heapLimitBytes?: number;
  memoryLimitBytes?: number;
  fdSoftLimit?: number;
}
