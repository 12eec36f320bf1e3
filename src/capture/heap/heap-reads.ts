// Reading the sampling heap profile: how often, how finely, and when not at all. Each read makes V8 collect, so each
// is a pause, and the price of knowing the floor of the heap exactly.
import type { CaptureContext } from '../context.ts';
import type { ThreadCapture } from '../thread/thread-capture.ts';
import {
  chooseIntervals,
  estimateHeapReadMillis,
  hasOldGrown,
  isOldGenerationRising,
  mayBeRising,
  type SamplingIntervals,
} from './ladder.ts';
import { isMemoryTight } from './memory-room.ts';

/** At most this share of time may go into full GCs that heap reads force. */
const HEAP_READ_SHARE = 0.02;
/** By this factor: beginning again forgets what was seen of the heap so far. */
const TOO_FINE = 8;
/** A trend needs this many; pauses up to here are worth it. */
const LEAST_HEAP_READS = 8;
const LONG_PAUSE_MILLIS = 400;
/** At most this many heap reads: more than a trend needs is only cost. */
const MAX_HEAP_READS = 10;
const MAX_ASKED_READS = 15;
/** In less time there is none to lose, nor where memory is short: what grows there ends the process soon. */
const SHORT_LOOK_MILLIS = 20_000;
/**
 * Parts of the look from which on a heap is read that does not rise (the second time only when the old generation has
 * become larger); and once more at the end.
 */
const CALM_READS = [0.06, 0.33];

export class HeapReads {
  private nextAt = 0;
  private calmReads = 0;
  private readonly isTight: boolean;
  /** Bytes of the old generation after the last read, by thread. */
  private readonly oldAtRead = new Map<number, number>();
  private isTooDear = false;
  private intervals: SamplingIntervals = chooseIntervals(0, 0);

  /** `isAsked`: something else than the heap itself asks for a closer look. */
  constructor(
    private readonly context: CaptureContext,
    private readonly isAsked: () => boolean = () => false,
  ) {
    this.isTight = isMemoryTight(context.localPid);
  }

  begin(intervals: SamplingIntervals): void {
    this.intervals = intervals;
  }

  /** Resolves with whether garbage was collected. */
  async whenDue(): Promise<boolean> {
    const { context } = this;
    await this.easeOff();
    if (this.isTooDear || !(await this.isDue())) return false;
    let pauseMillis = 0;
    await context.forEachThread(async (thread) => {
      pauseMillis += await this.read(thread);
    });
    this.nextAt = context.elapsed() + this.pace(pauseMillis);
    return pauseMillis > 0;
  }

  /** Often where something may rise, else a few times in all. */
  private async isDue(): Promise<boolean> {
    const { context } = this;
    let isCloser = this.isAsked() || context.options.durationMillis < SHORT_LOOK_MILLIS || this.isTight;
    await context.forEachThread(async (thread) => {
      isCloser ||= !thread.heap.isOn || mayBeRising(thread.counters.floors);
    });
    if (isCloser) return context.elapsed() >= this.nextAt;
    const at = CALM_READS[this.calmReads];
    if (at === undefined || context.elapsed() < at * context.options.durationMillis) return false;
    if (this.calmReads > 0 && !(await this.hasOldGrown())) return false;
    this.calmReads++;
    return true;
  }

  private async hasOldGrown(): Promise<boolean> {
    let hasGrown = false;
    await this.context.forEachThread(async (thread) => {
      hasGrown ||= hasOldGrown(this.oldAtRead.get(thread.id) ?? 0, thread.counters.oldGeneration.at(-1) ?? 0);
    });
    return hasGrown;
  }

  async last(): Promise<void> {
    await this.context.forEachThread(async (thread) => {
      if (!this.isTooDear) await this.read(thread);
    });
  }

  /** The load may come after us: heap sampling that has become far too fine for it begins again, coarser or later. */
  private async easeOff(): Promise<void> {
    await this.context.forEachThread(async (thread) => {
      const wanted = chooseIntervals(thread.counters.load.utilization, thread.counters.load.allocated);
      if (!thread.heap.isOn || wanted.heapBytes < thread.heap.intervalBytes * TOO_FINE) return;
      await thread.heap.stop();
      this.intervals = wanted;
      if (!wanted.isHeapDeferred) await thread.heap.start(wanted.heapBytes);
    });
  }

  /** Resolves with the pause it took, milliseconds; 0 when there was nothing to read. */
  private async read(thread: ThreadCapture): Promise<number> {
    if (!thread.heap.isOn) return this.lookAtDeferredHeap(thread);
    const { options, outcome } = this.context;
    const estimate = estimateHeapReadMillis(thread.counters.heapUsedBytes ?? 0);
    if (estimate > options.maxPauseMillis) {
      this.isTooDear = true;
      const { maxPauseMillis } = options;
      outcome.warnings.push({
        code: 'heap-reads-too-long',
        estimateMillis: Math.round(estimate),
        maxPauseMillis,
      });
      return 0;
    }
    const pauseMillis = await thread.readHeap(this.context.elapsed());
    outcome.pausesMillis.push(pauseMillis);
    this.oldAtRead.set(thread.id, thread.counters.oldGeneration.at(-1) ?? 0);
    return pauseMillis;
  }

  /**
   * The old generation of a saturated target rises by garbage alone, too. One read tells: when all of the rise was
   * garbage, heap sampling goes off again.
   */
  private async lookAtDeferredHeap(thread: ThreadCapture): Promise<number> {
    if (!isOldGenerationRising(thread.counters.oldGeneration)) return 0;
    const before = thread.counters.oldGeneration[0] ?? 0;
    await thread.heap.start(this.intervals.heapBytes);
    const pauseMillis = await this.read(thread);
    const after = thread.counters.oldGeneration.at(-1) ?? 0;
    if (after <= before * 1.02 + 64 * 1024) await thread.heap.stop();
    thread.counters.oldGeneration.splice(0, thread.counters.oldGeneration.length, Math.max(before, after));
    return pauseMillis;
  }

  /** Until the next read: sooner at first (a target may end early), later where reads are dear, but enough for a trend. */
  private pace(pauseMillis: number): number {
    const { durationMillis } = this.context.options;
    // Something rises: the rest of the look is short.
    const usual = durationMillis / (this.isAsked() ? MAX_ASKED_READS : MAX_HEAP_READS);
    const first = this.context.elapsed() < 12_000 ? Math.min(usual, 2_000) : usual;
    const affordable = Math.max(first, pauseMillis / HEAP_READ_SHARE, 1_000);
    return pauseMillis < LONG_PAUSE_MILLIS
      ? Math.min(affordable, durationMillis / LEAST_HEAP_READS)
      : affordable;
  }
}
