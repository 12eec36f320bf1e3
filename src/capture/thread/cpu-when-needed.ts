// When the CPU of a thread is profiled. Starting V8's profiler holds the thread for as long as V8 needs to walk its heap:
// where that would be noticeable, it is started only for a thread that is busy, or was blocked.
import type { CaptureContext } from '../context.ts';
import { chooseIntervals, estimateProfilerStartMillis, UNFELT_MILLIS } from '../heap/ladder.ts';
import { isMemoryTight } from '../heap/memory-room.ts';
import { warnOnce } from '../warn-once.ts';
import type { ThreadCapture } from './thread-capture.ts';

/** Of a thread that is less busy, and was not held for long, a profile has nothing to tell; a dear start has to tell more. */
const LEAST_UTILIZATION = { usual: 0.2, dear: 0.35 };
const DEAR_MILLIS = 80;
/** Once for so long, or so often for less: a collection or a neighbour on the machine makes it late now and then. */
const LONG_DELAY_MILLIS = 100;
const DELAY_MILLIS = 40;
const DELAYS = 3;
/** Part of the capture: what is left after that shows too little. */
const LATEST_START = 0.8;

export class CpuWhenNeeded {
  private readonly isTight: boolean;
  /** How often each thread was late. */
  private readonly delays = new Map<number, number>();

  constructor(private readonly context: CaptureContext) {
    this.isTight = isMemoryTight(context.localPid);
  }

  /** For a thread that is neither profiled yet nor will be; called again and again, it does nothing the other times. */
  async step(thread: ThreadCapture): Promise<void> {
    const { cpu, probe, counters } = thread;
    const { options, outcome } = this.context;
    // A worker that was not sampled yet: what it would cost is not known.
    const isUnknown = probe !== null && counters.heapUsedBytes === undefined;
    if (cpu.isBegun || isUnknown || options.cpu === 'off') return;
    const estimate = estimateProfilerStartMillis(counters.heapUsedBytes ?? 0, this.context.nodeVersion);
    const isLate = this.context.elapsed() > options.durationMillis * LATEST_START;
    const isWanted =
      options.cpu === 'always' || estimate <= UNFELT_MILLIS || (this.isBusy(thread, estimate) && !isLate);
    if (!isWanted) return;
    const isCovered = (await probe?.call('isCovered')) === true;
    if (isCovered) warnOnce(outcome, { code: 'coverage-counted' });
    if (isCovered || estimate > options.maxPauseMillis) return cpu.startByAsking();
    const { utilization, allocated } = counters.load;
    await this.context.timed(() =>
      cpu.start(chooseIntervals(utilization, allocated, this.isTight).cpuMicros),
    );
  }

  private isBusy({ id, counters: { load } }: ThreadCapture, startMillis: number): boolean {
    const delays = (this.delays.get(id) ?? 0) + (load.longestDelayMillis >= DELAY_MILLIS ? 1 : 0);
    this.delays.set(id, delays);
    return (
      load.utilization >= LEAST_UTILIZATION[startMillis > DEAR_MILLIS ? 'dear' : 'usual'] ||
      load.longestDelayMillis >= LONG_DELAY_MILLIS ||
      delays >= DELAYS
    );
  }
}
