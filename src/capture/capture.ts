// One capture: the first steps of the ladder over an interval, and more of the heap where earlier readings call for it.
// Collects raw facts and writes them down; judges nothing.

import { setTimeout as delay } from 'node:timers/promises';
import { debuglog } from 'node:util';
import type { CaptureSink } from '../signals/sink.ts';
import type { Attachment } from '../target/attach.ts';
import { SessionClosed } from '../target/inspector/inspector-session.ts';
import { processTable } from '../target/table/system-table.ts';
import { AsyncReads } from './async-reads.ts';
import { Budget, findOverrun } from './budget.ts';
import type { CaptureContext, CaptureOptions, CaptureOutcome } from './context.ts';
import { HeapClimb } from './heap/heap-climb.ts';
import { HeapReads } from './heap/heap-reads.ts';
import { chooseIntervals } from './heap/ladder.ts';
import { isMemoryTight } from './heap/memory-room.ts';
import { createKeepAliveLook } from './keep-alive-look.ts';
import { createOutsideLook, type OutsideSample } from './outside/outside-look.ts';
import { lookAtScripts } from './script-look.ts';
import { CapturedThreads } from './thread/captured-threads.ts';
import { CpuWhenNeeded } from './thread/cpu-when-needed.ts';
import type { ThreadCapture } from './thread/thread-capture.ts';
import type { RunningTrace } from './trace/trace.ts';
import { endTrace, startTraceWhereItFits } from './trace/trace-look.ts';

const debug = debuglog('culprit');

const BASELINE_MILLIS = 1_000;
const TIGHT_CPU_SHARE = 0.3;
const LEAST_GROWTH_MILLIS = 12_000;

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
    const isGone = localPid === null || run.isEnding || (await hasEnded(localPid));
    run.outcome.ended = isGone ? 'target-gone' : 'disconnected';
  } finally {
    await run.finish();
  }
  return run.outcome;
}

const ENDING_MILLIS = 1_000;

/** A process closes its connections before it is gone; one that nobody waits for stays as a zombie. */
async function hasEnded(pid: number): Promise<boolean> {
  for (const deadline = performance.now() + ENDING_MILLIS; performance.now() < deadline; ) {
    const stat = processTable().stat(pid);
    if (!stat || /[ZX]/.test(stat.state)) return true;
    await delay(50);
  }
  return false;
}

/** The state of one capture; its three phases are called once each, in order. */
class CaptureRun implements CaptureContext {
  readonly outcome: CaptureOutcome = {
    durationMillis: 0,
    ended: 'complete',
    steps: [],
    threads: [],
    pausesMillis: [],
    warnings: [],
  };
  private readonly startedAt = performance.now();
  private trace: RunningTrace | null = null;
  isEnding = false;
  readonly budget: Budget;
  readonly nodeVersion: string;
  private readonly isTight: boolean;
  private intervals = chooseIntervals(0, 0);
  private wake = () => {};
  private readonly threads: CapturedThreads;
  private readonly lookFromOutside: () => OutsideSample | null;
  private readonly heapReads: HeapReads;
  private readonly climb: HeapClimb;
  private readonly asyncReads: AsyncReads;
  private readonly cpuWhenNeeded: CpuWhenNeeded;

  constructor(
    private readonly attachment: Attachment,
    readonly localPid: number | null,
    readonly sink: CaptureSink,
    readonly options: CaptureOptions,
  ) {
    this.isTight = isMemoryTight(localPid);
    this.nodeVersion = attachment.identity.nodeVersion;
    this.budget = new Budget(options);
    this.threads = new CapturedThreads(attachment, this);
    this.lookFromOutside = createOutsideLook(this, attachment.endpoint.port);
    this.asyncReads = new AsyncReads(this);
    this.cpuWhenNeeded = new CpuWhenNeeded(this);
    this.climb = new HeapClimb(this);
    const isAsked = () =>
      this.climb.isOnGrowth || this.climb.isMemoryRising || this.asyncReads.isWatchingPromises;
    this.heapReads = new HeapReads(this, isAsked, (threadId) => this.climb.isExplained(threadId));
  }

  /** The lease first, then a second without profilers as a baseline, then the profilers. */
  async prepare(): Promise<void> {
    const { attachment, options, threads } = this;
    this.samplePassive();
    await this.watchForExit();
    const main = await threads.openMain();
    await threads.proveLease();
    this.progress('taking a baseline');
    await this.wait(BASELINE_MILLIS);
    await this.readBaseline(main);
    await this.cpuWhenNeeded.step(main);
    attachment.attached();
    // So short a look judges no growth.
    if (options.heap !== 'off' && (!options.whyAlive || options.durationMillis >= LEAST_GROWTH_MILLIS))
      this.heapReads.begin(this.intervals);
    this.trace = await startTraceWhereItFits(this, attachment.session);
    this.outcome.steps.push('light', 'burst');
    await threads.followWorkers();
  }

  /** Samples at the interval; heap reads and the census when they are due. */
  async look(): Promise<void> {
    const listKeepAlive = this.options.whyAlive ? createKeepAliveLook(this) : null;
    const { durationMillis, intervalMillis } = this.options;
    while (this.elapsed() < durationMillis && !this.options.signal.aborted && !this.isEnding) {
      this.samplePassive();
      await this.threads.findHeld();
      await this.askThreads(async (thread) => {
        await thread.counters.sample(this.elapsed());
        await thread.forgetLogged();
        this.budget.note(thread.id, await thread.ownSteps());
      });
      await this.forEachThread((thread) => this.cpuWhenNeeded.step(thread));
      await this.threads.proveLease();
      await listKeepAlive?.();
      await this.saveMemory();
      await this.asyncReads.step();
      await this.asyncReads.whenDue(await this.heapReads.whenDue());
      await this.climb.step();
      this.progress(this.climb.isWatching ? 'watching what grows' : 'sampling');
      const next = (Math.floor(this.elapsed() / intervalMillis) + 1) * intervalMillis;
      await this.wait(Math.min(next, durationMillis) - this.elapsed());
    }
    if (this.options.signal.aborted) this.outcome.ended = 'interrupted';
    if (this.isEnding) this.outcome.ended = 'target-gone';
    else await this.lastReads();
  }

  /** Takes everything out of the target again. Never throws. */
  async finish(): Promise<void> {
    const { options, outcome, threads } = this;
    outcome.durationMillis = this.elapsed();
    this.progress('restoring the target');
    await endTrace(this, this.trace);
    await threads.stopProfiles();
    if (!this.isEnding && !this.attachment.session.isClosed) await lookAtScripts(this, threads.all);
    if (threads.all.some(({ heap }) => heap.isForeign))
      outcome.warnings.push({ code: 'heap-sampled-already' });
    if (threads.all.some((thread) => thread.slowsAwaits())) outcome.warnings.push({ code: 'awaits-slower' });
    outcome.ownSteps = await threads.all[0]?.ownSteps().catch(() => undefined);
    const overrun = findOverrun(outcome.ownSteps ?? [], {
      maxPauseMillis: options.maxPauseMillis,
      lateBeforeMillis: outcome.eventLoopDelayMaxBeforeMillis ?? 0,
    });
    if (overrun) outcome.warnings.push(overrun);
    await threads.close();
  }

  private async lastReads(): Promise<void> {
    this.samplePassive();
    await this.threads.findHeld();
    await this.heapReads.last();
    await this.climb.last();
    await this.asyncReads.last();
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
    const sample = this.lookFromOutside();
    if (!sample) return;
    this.asyncReads.noteSockets(sample.sockets);
    if (sample.residentBytes !== undefined) this.climb.residentBytes.push(sample.residentBytes);
    if (sample.descriptors !== undefined) this.climb.descriptors.push(sample.descriptors);
  }

  private async readBaseline(main: ThreadCapture): Promise<void> {
    const sample = await main.counters.sampleBaseline();
    this.outcome.eventLoopDelayBeforeMillis = sample?.eventLoopDelayMillis?.p50;
    this.outcome.eventLoopDelayMaxBeforeMillis = sample?.eventLoopDelayMillis?.max;
    this.intervals = chooseIntervals(
      sample?.utilization ?? 0,
      sample?.allocatedBytesPerSecond ?? 0,
      this.isTight,
    );
  }

  /** The CPU profiler takes some megabytes until it ends: where those are short, a part of the look is enough. */
  private async saveMemory(): Promise<void> {
    if (!this.isTight || this.elapsed() < this.options.durationMillis * TIGHT_CPU_SHARE) return;
    await this.forEachThread((thread) => thread.cpu.stop());
  }

  forEachThread(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void> {
    return this.threads.forEach(work);
  }

  askThreads(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void> {
    return this.threads.askAll(work);
  }

  async timed(work: () => Promise<void>): Promise<void> {
    const from = performance.now();
    await work();
    this.outcome.pausesMillis.push(performance.now() - from);
  }

  elapsed(): number {
    return Math.round(performance.now() - this.startedAt);
  }

  progress(step: string): void {
    debug(step);
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
