// One capture: the first two steps of the ladder over an interval, and the third (hooks in bursts, a census)
// where what was seen asks for it. Asks for raw facts and writes them down; judges nothing.
import type { Attachment } from '../target/attach.ts';
import { SessionClosed } from '../target/inspector-session.ts';
import {
  chooseIntervals,
  estimateCensusMillis,
  estimateHeapReadMillis,
  isFloorRising,
  isOldGenerationRising,
} from './ladder.ts';
import { readPassiveSample } from './passive.ts';
import type { ProbeClient } from './probe-client.ts';
import { PROBE_URL } from './probe-url.ts';
import type { CaptureSink } from './sink.ts';
import { openThread, type ThreadCapture } from './thread-capture.ts';
import { attachToWorkers, type WorkerThread } from './worker-threads.ts';

export interface CaptureOptions {
  durationMillis: number;
  /** Distance of two samples. */
  intervalMillis: number;
  /** The longest single pause we may cause in the target. */
  maxPauseMillis: number;
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
  ended: 'complete' | 'interrupted' | 'target-gone';
  steps: ('passive' | 'light' | 'burst' | 'census')[];
  threads: { id: number; name: string }[];
  pausesMillis: number[];
  eventLoopDelayBeforeMillis?: number;
  warnings: string[];
}

const LEASE_MILLIS = 10_000;
const BASELINE_MILLIS = 1_000;
const MAX_WORKERS = 16;
/** At most this share of time may go into full GCs that heap reads force. */
const HEAP_READ_SHARE = 0.02;
/** By this factor: beginning again forgets what was seen of the heap so far. */
const TOO_FINE = 8;
/** A trend needs this many; pauses up to here are worth it. */
const LEAST_HEAP_READS = 8;
const LONG_PAUSE_MILLIS = 400;
/** At most this many heap reads: more than a trend needs is only cost. */
const MAX_HEAP_READS = 10;
/** Creation of these is watched: they hold a handle, a descriptor, a process or a thread. */
const WATCHED_ASYNC_TYPES = [
  'Timeout',
  'TCPWRAP',
  'PIPEWRAP',
  'UDPWRAP',
  'PROCESSWRAP',
  'WORKER',
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'FILEHANDLE',
  'FSEVENTWRAP',
  'STATWATCHER',
  'TTYWRAP',
  'GETADDRINFOREQWRAP',
  'HTTPCLIENTREQUEST',
  'ZLIB',
  'MESSAGEPORT',
];

/** Captures until the time is up, the signal fires, or the target goes away. Leaves the session open. */
export async function capture(
  attachment: Attachment,
  localPid: number | null,
  sink: CaptureSink,
  options: CaptureOptions,
): Promise<CaptureOutcome> {
  const run = new CaptureRun(attachment, localPid, sink, options);
  try {
    await run.prepare();
    await run.look();
  } catch (error) {
    if (!(error instanceof SessionClosed) && !attachment.session.isClosed) throw error;
    run.outcome.ended = 'target-gone';
  } finally {
    await run.finish();
  }
  return run.outcome;
}

/** The state of one capture; its three phases are called once each, in order. */
class CaptureRun {
  readonly outcome: CaptureOutcome = {
    durationMillis: 0,
    ended: 'complete',
    steps: [],
    threads: [],
    pausesMillis: [],
    warnings: [],
  };
  private readonly threads: ThreadCapture[] = [];
  private readonly startedAt = performance.now();
  private detachWorkers: (() => Promise<void>) | null = null;
  private isLooking = false;
  private isLeaseProven = false;
  private nextHeapReadAt = 0;
  private isHeapReadTooDear = false;
  private readonly hasCensus = new Set<number>();
  private isEnding = false;
  private intervals = chooseIntervals(0, 0);
  private wake = () => {};
  private readonly residentBytes: number[] = [];

  constructor(
    private readonly attachment: Attachment,
    private readonly localPid: number | null,
    private readonly sink: CaptureSink,
    private readonly options: CaptureOptions,
  ) {}

  /** The lease first, then a second without profilers as a baseline, then the profilers. */
  async prepare(): Promise<void> {
    this.samplePassive();
    await this.watchForExit();
    const main = await openThread(this.attachment.session, this.sink, this.threadOptions(0, 'main'));
    this.threads.push(main);
    this.outcome.threads.push({ id: 0, name: 'main' });
    if (!main.probe)
      this.outcome.warnings.push(
        'The target gave no access to its built-in modules: no counters, hooks or census.',
      );
    await this.proveLease();
    await this.wait(BASELINE_MILLIS);
    await this.readBaseline(main);
    await this.timed(() => main.startProfiles(this.intervals));
    this.outcome.steps.push('light', 'burst');
    this.detachWorkers = await attachToWorkers(
      this.attachment.session,
      (worker) => void this.addWorker(worker),
    ).catch(() => null);
    this.isLooking = true;
  }

  /** Samples at the interval; heap reads and the census when they are due. */
  async look(): Promise<void> {
    const { durationMillis, intervalMillis } = this.options;
    while (this.elapsed() < durationMillis && !this.options.signal.aborted && !this.isEnding) {
      this.samplePassive();
      await this.forEachThread((thread) => thread.sample(this.elapsed()));
      await this.proveLease();
      await this.easeOff();
      await this.readHeapsWhenDue();
      await this.climbWhenHeapRises();
      this.progress(this.hasCensus.size > 0 ? 'watching what grows' : 'sampling');
      const next = (Math.floor(this.elapsed() / intervalMillis) + 1) * intervalMillis;
      await this.wait(Math.min(next, durationMillis) - this.elapsed());
    }
    if (this.options.signal.aborted) this.outcome.ended = 'interrupted';
    if (this.isEnding) this.outcome.ended = 'target-gone';
    else await this.lastReads();
  }

  /** Takes everything out of the target again. Never throws. */
  async finish(): Promise<void> {
    this.isLooking = false;
    this.outcome.durationMillis = this.elapsed();
    this.progress('restoring the target');
    for (const thread of this.threads.reverse()) await this.timed(() => thread.stop()).catch(() => {});
    await this.detachWorkers?.().catch(() => {});
  }

  private async lastReads(): Promise<void> {
    this.samplePassive();
    await this.forEachThread(async (thread) => {
      if (!this.isHeapReadTooDear) await this.readHeap(thread);
      await thread.readAsync(this.elapsed());
      if (this.hasCensus.has(thread.id)) await thread.readCollections(this.elapsed(), 0);
    });
    this.samplePassive();
  }

  /**
   * A process that ends waits for its debuggers to leave. Told so, we take what we have and go, instead of holding it.
   */
  private async watchForExit(): Promise<void> {
    const { session } = this.attachment;
    session.on('NodeRuntime.waitingForDisconnect', () => {
      this.isEnding = true;
      this.wake();
    });
    await session
      .send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true }, 3_000)
      .catch(() => {});
  }

  private samplePassive(): void {
    if (this.localPid === null) return;
    const ownInspectorPorts = [this.attachment.endpoint.port];
    const sample = readPassiveSample(this.localPid, this.elapsed(), { ownInspectorPorts });
    this.sink.line({ type: 'passive', ...sample });
    if (sample.rssBytes !== undefined) this.residentBytes.push(sample.rssBytes);
    if (!this.outcome.steps.includes('passive')) this.outcome.steps.push('passive');
  }

  private async readBaseline(main: ThreadCapture): Promise<void> {
    const sample = await main.probe?.sample();
    this.outcome.eventLoopDelayBeforeMillis = sample?.eventLoopDelayMillis?.p50;
    this.intervals = chooseIntervals(sample?.utilization ?? 0, sample?.allocatedBytesPerSecond ?? 0);
  }

  private async addWorker(worker: WorkerThread): Promise<void> {
    if (this.threads.length > MAX_WORKERS) {
      const warning = `More than ${MAX_WORKERS} worker threads: only the first ${MAX_WORKERS} were captured.`;
      if (!this.outcome.warnings.includes(warning)) this.outcome.warnings.push(warning);
      return;
    }
    try {
      const thread = await openThread(worker.session, this.sink, this.threadOptions(worker.id, worker.name));
      await thread.startProfiles(this.intervals);
      this.outcome.threads.push({ id: worker.id, name: worker.name });
      if (this.isLooking || this.elapsed() < this.options.durationMillis) this.threads.push(thread);
      else await thread.stop();
    } catch {
      // A worker that ends while we come to it is no loss.
    }
  }

  private async readHeapsWhenDue(): Promise<void> {
    if (this.elapsed() < this.nextHeapReadAt || this.isHeapReadTooDear) return;
    let pauseMillis = 0;
    await this.forEachThread(async (thread) => {
      pauseMillis += await this.readHeap(thread);
    });
    await this.forEachThread((thread) => thread.readAsync(this.elapsed()));
    this.nextHeapReadAt = this.elapsed() + this.heapReadPace(pauseMillis);
  }

  /** The load may come after us: heap sampling that has become far too fine for it begins again, coarser or later. */
  private async easeOff(): Promise<void> {
    await this.forEachThread(async (thread) => {
      const wanted = chooseIntervals(thread.load.utilization, thread.load.allocated);
      if (!thread.isHeapOn() || wanted.heapBytes < thread.heapIntervalBytes() * TOO_FINE) return;
      await thread.stopHeap();
      this.intervals = wanted;
      if (!wanted.isHeapDeferred) await thread.startHeap(wanted.heapBytes);
    });
  }

  /**
   * The old generation of a saturated target rises by garbage alone, too. One read tells: when all of the rise was
   * garbage, heap sampling goes off again.
   */
  private async lookAtDeferredHeap(thread: ThreadCapture): Promise<number> {
    if (!isOldGenerationRising(thread.oldGeneration)) return 0;
    const before = thread.oldGeneration[0] ?? 0;
    await thread.startHeap(this.intervals.heapBytes);
    const pauseMillis = await this.readHeap(thread);
    const after = thread.oldGeneration.at(-1) ?? 0;
    if (after <= before * 1.02 + 64 * 1024) await thread.stopHeap();
    thread.oldGeneration.splice(0, thread.oldGeneration.length, Math.max(before, after));
    return pauseMillis;
  }

  /** Until the next heap read: sooner at first (a target may end early), later where reads are dear, but enough for a trend. */
  private heapReadPace(pauseMillis: number): number {
    const { durationMillis } = this.options;
    const usual = durationMillis / MAX_HEAP_READS;
    const first = this.elapsed() < 12_000 ? Math.min(usual, 2_000) : usual;
    const affordable = Math.max(first, pauseMillis / HEAP_READ_SHARE, 1_000);
    return pauseMillis < LONG_PAUSE_MILLIS
      ? Math.min(affordable, durationMillis / LEAST_HEAP_READS)
      : affordable;
  }

  /** Resolves with the pause it took, milliseconds; 0 when there was nothing to read. */
  private async readHeap(thread: ThreadCapture): Promise<number> {
    if (!thread.isHeapOn()) return this.lookAtDeferredHeap(thread);
    const estimate = estimateHeapReadMillis(thread.heapUsedBytes());
    if (estimate > this.options.maxPauseMillis) {
      this.isHeapReadTooDear = true;
      this.outcome.warnings.push(
        `Heap growth by allocation stack was left out: reading it would pause the target for about ${Math.round(estimate)} ms (--max-pause ${this.options.maxPauseMillis} ms).`,
      );
      return 0;
    }
    const pauseMillis = await thread.readHeap(this.elapsed());
    this.outcome.pausesMillis.push(pauseMillis);
    return pauseMillis;
  }

  /** The census: one pause, estimated first, then cheap reads of what was found. */
  private async climbWhenHeapRises(): Promise<void> {
    await this.forEachThread(async (thread) => {
      if (!thread.probe) return;
      if (this.hasCensus.has(thread.id)) return thread.readCollections(this.elapsed(), 4);
      const isTimeLeft = this.elapsed() < this.options.durationMillis * 0.75;
      const isRising = isFloorRising(thread.floors) || (thread.id === 0 && this.isMemoryRising());
      if (isTimeLeft && isRising) await this.takeCensus(thread, thread.probe);
    });
  }

  private async takeCensus(thread: ThreadCapture, probe: ProbeClient): Promise<void> {
    this.hasCensus.add(thread.id);
    const estimate = estimateCensusMillis(thread.floors.at(-1) ?? thread.heapUsedBytes());
    if (estimate > this.options.maxPauseMillis) {
      this.outcome.warnings.push(
        `The census of growing collections was left out: it would pause the target for about ${Math.round(estimate)} ms (--max-pause ${this.options.maxPauseMillis} ms).`,
      );
      return;
    }
    if (!this.outcome.steps.includes('census')) this.outcome.steps.push('census');
    this.progress(`census of the heap, a pause of about ${Math.round(estimate)} ms`);
    await this.timed(() =>
      probe.duringOwnPause(async () => void (await probe.census(this.options.maxPauseMillis / 2))),
    );
    await thread.readCollections(this.elapsed(), 0);
  }

  /** Memory outside the heap is held by small objects inside it: the census finds their collection, too. */
  private isMemoryRising(): boolean {
    const recent = this.residentBytes.slice(-8);
    if (recent.length < 8) return false;
    const steps = recent.slice(1).filter((value, i) => value > recent[i]!).length;
    return steps >= 5 && recent.at(-1)! - recent[0]! > 4 * 2 ** 20;
  }

  private async proveLease(): Promise<void> {
    if (this.isLeaseProven) return;
    const ticks = await this.threads[0]?.probe?.beat();
    if (ticks === undefined || ticks === 0) return;
    this.isLeaseProven = true;
    this.attachment.leaseInPlace();
  }

  private async forEachThread(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void> {
    for (const thread of [...this.threads]) {
      try {
        await work(thread);
      } catch (error) {
        if (thread.id === 0) throw error;
        // A worker has ended: the others go on.
        this.threads.splice(this.threads.indexOf(thread), 1);
      }
    }
  }

  private async timed(work: () => Promise<void>): Promise<void> {
    const from = performance.now();
    await work();
    this.outcome.pausesMillis.push(performance.now() - from);
  }

  private threadOptions(id: number, name: string) {
    const probe = {
      url: PROBE_URL,
      leaseMillis: LEASE_MILLIS,
      closeInspector: id === 0 && this.attachment.openedByUs,
      asyncTypes: WATCHED_ASYNC_TYPES,
      asyncInitsPerSecond: 1_000,
      longestRestMillis: 5_000,
    };
    return { id, name, probe };
  }

  private elapsed(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  private progress(step: string): void {
    this.options.onProgress?.({
      elapsedMillis: this.elapsed(),
      durationMillis: this.options.durationMillis,
      step,
    });
  }

  /** Ends early when the capture is interrupted or the target goes away. */
  private async wait(millis: number): Promise<void> {
    const { signal } = this.options;
    if (millis <= 0 || signal.aborted || this.isEnding) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, millis);
      signal.addEventListener('abort', this.wake, { once: true });
      void this.attachment.session.closed.then(resolve);
    });
    clearTimeout(timer);
    signal.removeEventListener('abort', this.wake);
    if (this.attachment.session.isClosed) throw new SessionClosed('The target went away.');
  }
}
