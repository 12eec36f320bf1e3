// When the CPU of a thread is profiled. To start V8's profiler holds the thread for as long as V8 needs to go through its heap:
// where that would be felt, it is started only for a thread that is busy, or was blocked.
import type { CaptureContext } from '../context.ts';
import { chooseIntervals, estimateProfilerStartMillis } from '../heap/ladder.ts';
import { isMemoryTight } from '../heap/memory-room.ts';
import { warnOnce } from '../warn-once.ts';
import type { ThreadCapture } from './thread-capture.ts';

/** A start of no more than this is not felt: it is about a minor collection or two. */
const UNFELT_MILLIS = 25;
/** Of a thread that is less busy, and was never held for longer, a profile has nothing to tell. */
const LEAST_UTILIZATION = 0.2;
const LEAST_DELAY_MILLIS = 40;

export class CpuWhenNeeded {
  private readonly isTight: boolean;

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
    const estimate = estimateProfilerStartMillis(counters.heapUsedBytes ?? 0);
    if (options.cpu !== 'always' && estimate > UNFELT_MILLIS && !isBusy(thread)) return;
    const isCovered = (await probe?.call('isCovered')) === true;
    if (isCovered) warnOnce(outcome, { code: 'coverage-counted' });
    if (isCovered || estimate > options.maxPauseMillis) return cpu.startByAsking();
    const { utilization, allocated } = counters.load;
    await this.context.timed(() =>
      cpu.start(chooseIntervals(utilization, allocated, this.isTight).cpuMicros),
    );
  }
}

function isBusy({ counters: { load } }: ThreadCapture): boolean {
  return load.utilization >= LEAST_UTILIZATION || load.longestDelayMillis >= LEAST_DELAY_MILLIS;
}
