// What the parts of one capture share: the options, the results so far, and the clock.
import type { OwnStep } from '../probe/probe-protocol.ts';
import type { CaptureSink, CaptureStream } from '../signals/sink.ts';
import type { Warning } from '../wire/warning.ts';
import type { Budget } from './budget.ts';
import type { ThreadCapture } from './thread/thread-capture.ts';
import type { TraceOutcome } from './trace/trace.ts';

export const SNAPSHOT_MODES = ['auto', 'never', 'force'] as const;
export type SnapshotMode = (typeof SNAPSHOT_MODES)[number];

/** `burst`: hooks are on for moments, the fewer the busier the target; `full`: all the time; `off`: never. */
export const ASYNC_MODES = ['burst', 'full', 'off'] as const;
export type AsyncMode = (typeof ASYNC_MODES)[number];

/** `auto`: where the thread is busy or was blocked, or where it is not felt; `always`; `off`: never. */
export const CPU_MODES = ['auto', 'always', 'off'] as const;
export type CpuMode = (typeof CPU_MODES)[number];

export interface CaptureOptions {
  durationMillis: number;
  /** Distance of two samples. */
  intervalMillis: number;
  /** The longest single pause we may cause in the target. */
  maxPauseMillis: number;
  /** What all our steps together may hold each thread, as a share of the duration, 0..1. */
  budgetShare: number;
  /** `auto`: where nothing cheaper explains a rise, and it fits in memory and pause; `force`: whatever the pause. */
  snapshot: SnapshotMode;
  /** Absent: `burst`. */
  async?: AsyncMode;
  /** When the CPU is profiled. Absent: `auto`. */
  cpu?: CpuMode;
  /** `off`: growth of the heap is not looked for. */
  heap?: 'off';
  /** Lists what keeps the process alive. */
  whyAlive?: boolean;
  /** Node's trace events go here. */
  trace?: CaptureStream;
  /** URLs of scripts whose files do not account for the places that were seen in them so far. Absent: not asked. */
  scriptsInDoubt?: () => readonly string[];
  /** Ends the capture early; what was captured is kept. */
  signal: AbortSignal;
  onProgress?: (progress: CaptureProgress) => void;
}

export interface CaptureProgress {
  elapsedMillis: number;
  durationMillis: number;
  step: string;
}

export interface CaptureOutcome {
  durationMillis: number;
  /** `disconnected`: the target lives on, but its inspector was closed under us. `cut-off`: nobody told how it ended. */
  ended: 'complete' | 'interrupted' | 'target-gone' | 'disconnected' | 'cut-off';
  steps: ('passive' | 'light' | 'burst' | 'census' | 'snapshot')[];
  threads: { id: number; name: string }[];
  pausesMillis: number[];
  /** How long the main thread was held for us, by step, as measured inside it; absent where it could not be. */
  ownSteps?: OwnStep[];
  eventLoopDelayMaxBeforeMillis?: number;
  eventLoopDelayBeforeMillis?: number;
  /** Absent: nothing was traced. */
  trace?: TraceOutcome;
  warnings: Warning[];
}

/** One capture as its parts see it. */
export interface CaptureContext {
  readonly options: CaptureOptions;
  readonly outcome: CaptureOutcome;
  readonly sink: CaptureSink;
  readonly budget: Budget;
  /** The target's pid where its /proc is at hand. */
  readonly localPid: number | null;
  /** Of the target, such as v20.11.0. */
  readonly nodeVersion: string;
  /** Milliseconds since the capture began. */
  elapsed(): number;
  progress(step: string): void;
  /** Runs work that pauses the target and notes how long it took. */
  timed(work: () => Promise<void>): Promise<void>;
  /** Does it for each thread in turn; a worker that ends meanwhile is left out from then on. */
  forEachThread(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void>;
  /** The same for what holds no thread for long: all workers at once. */
  askThreads(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void>;
}
