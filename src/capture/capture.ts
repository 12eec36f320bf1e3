// One capture: the first steps of the ladder over an interval, and more of the heap where earlier readings call for it.
// Collects raw facts and writes them down; judges nothing.

import { setTimeout as delay } from 'node:timers/promises';
import { debuglog } from 'node:util';
import { PROBE_URL } from '../probe/probe-url.ts';
import { readPassiveSample } from '../signals/passive/read.ts';
import { readScheduling } from '../signals/scheduling/read.ts';
import type { CaptureSink } from '../signals/sink.ts';
import type { Attachment } from '../target/attach.ts';
import { SessionClosed } from '../target/inspector/inspector-session.ts';
import { createOrphans } from '../target/proc/orphans.ts';
import { readStat } from '../target/proc/proc.ts';
import { createSocketAges } from '../target/proc/socket-ages.ts';
import { asyncConfig } from './async-config.ts';
import { AsyncReads } from './async-reads.ts';
import { Budget, findOverrun } from './budget.ts';
import type { CaptureContext, CaptureOptions, CaptureOutcome } from './context.ts';
import { HeapClimb } from './heap/heap-climb.ts';
import { HeapReads } from './heap/heap-reads.ts';
import { chooseIntervals } from './heap/ladder.ts';
import { isMemoryTight, memoryRoom } from './heap/memory-room.ts';
import { createKeepAliveLook } from './keep-alive-look.ts';
import { readAddons } from './maps/addons.ts';
import { readMappedFiles } from './maps/mapped-files.ts';
import { lookAtScripts } from './script-look.ts';
import { CpuWhenNeeded } from './thread/cpu-when-needed.ts';
import { openThread, type ThreadCapture } from './thread/thread-capture.ts';
import { attachToWorkers, type WorkerThread } from './thread/worker-threads.ts';
import { LARGEST_TRACE_BYTES, type RunningTrace, startTrace, TRACE_BUFFER_BYTES } from './trace.ts';
import { warnOnce } from './warn-once.ts';

/** Of the passive samples. */
const ADDONS_EVERY = 20;
const MAPPED_FILES_EVERY = 3;
const debug = debuglog('culprit');

const LEASE_MILLIS = 10_000;
const BEAT_EVERY_MILLIS = 3_000;
const BASELINE_MILLIS = 1_000;
const MAX_WORKERS = 16;
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
    const stat = readStat(pid);
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
  private readonly threads: ThreadCapture[] = [];
  private readonly startedAt = performance.now();
  private detachWorkers: (() => Promise<void>) | null = null;
  private trace: RunningTrace | null = null;
  private isLooking = false;
  private isLeaseProven = false;
  isEnding = false;
  readonly budget: Budget;
  private readonly isTight: boolean;
  private intervals = chooseIntervals(0, 0);
  private wake = () => {};
  private readonly socketAges = createSocketAges();
  private readonly orphans = createOrphans();
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
    this.budget = new Budget(options);
    this.asyncReads = new AsyncReads(this);
    this.cpuWhenNeeded = new CpuWhenNeeded(this);
    this.climb = new HeapClimb(this);
    const isAsked = () =>
      this.climb.isWatching || this.climb.isMemoryRising || this.asyncReads.isWatchingPromises;
    this.heapReads = new HeapReads(this, isAsked);
  }

  /** The lease first, then a second without profilers as a baseline, then the profilers. */
  async prepare(): Promise<void> {
    this.samplePassive();
    await this.watchForExit();
    const main = await openThread(this.attachment.session, this.sink, this.threadOptions(0, 'main'));
    this.threads.push(main);
    this.outcome.threads.push({ id: 0, name: 'main' });
    if (!main.probe) this.outcome.warnings.push({ code: 'no-built-in-modules' });
    await this.proveLease();
    this.progress('taking a baseline');
    await this.wait(BASELINE_MILLIS);
    await this.readBaseline(main);
    await this.cpuWhenNeeded.step(main);
    this.attachment.attached();
    const { whyAlive, heap, durationMillis } = this.options;
    // So short a look judges no growth.
    if (heap !== 'off' && (!whyAlive || durationMillis >= LEAST_GROWTH_MILLIS))
      this.heapReads.begin(this.intervals);
    await this.startTrace();
    this.outcome.steps.push('light', 'burst');
    this.detachWorkers = await attachToWorkers(
      this.attachment.session,
      (worker) => void this.addWorker(worker),
      () =>
        // A debugger on a thread that ends can crash Node.js.
        this.outcome.warnings.push({ code: 'workers-short-lived' }),
    ).catch(() => null);
    this.isLooking = true;
  }

  /** Samples at the interval; heap reads and the census when they are due. */
  async look(): Promise<void> {
    const listKeepAlive = this.options.whyAlive ? createKeepAliveLook(this) : null;
    const { durationMillis, intervalMillis } = this.options;
    while (this.elapsed() < durationMillis && !this.options.signal.aborted && !this.isEnding) {
      this.samplePassive();
      await this.forEachThread(async (thread) => {
        await thread.counters.sample(this.elapsed());
        await thread.forgetLogged();
        this.budget.note(thread.id, await thread.ownSteps());
        await this.cpuWhenNeeded.step(thread);
      });
      await this.proveLease();
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
    this.isLooking = false;
    this.outcome.durationMillis = this.elapsed();
    this.progress('restoring the target');
    await this.stopTrace();
    if (this.threads.some(({ heap }) => heap.isForeign))
      this.outcome.warnings.push({ code: 'heap-sampled-already' });
    await this.stopProfiles();
    if (!this.isEnding && !this.attachment.session.isClosed) await lookAtScripts(this, this.threads);
    if (this.threads.some((thread) => thread.slowsAwaits()))
      this.outcome.warnings.push({ code: 'awaits-slower' });
    this.outcome.ownSteps = await this.threads[0]?.ownSteps().catch(() => undefined);
    const overrun = findOverrun(this.outcome.ownSteps ?? [], {
      maxPauseMillis: this.options.maxPauseMillis,
      lateBeforeMillis: this.outcome.eventLoopDelayMaxBeforeMillis ?? 0,
    });
    if (overrun) this.outcome.warnings.push(overrun);
    for (const thread of this.threads.reverse()) await thread.stop();
    await this.detachWorkers?.().catch(() => {});
  }

  /** Before it is asked what all of this has cost. */
  private async stopProfiles(): Promise<void> {
    for (const { cpu, heap } of this.threads) {
      await cpu.stop().catch(() => {});
      await heap.stop().catch(() => {});
    }
  }

  private async lastReads(): Promise<void> {
    this.samplePassive();
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
    if (this.localPid === null) return;
    const ownInspectorPorts = [this.attachment.endpoint.port];
    const sample = readPassiveSample(this.localPid, this.elapsed(), {
      ownInspectorPorts,
      socketAges: this.socketAges,
      orphans: this.orphans,
    });
    // The memory maps are long, and change seldom.
    const isAddonsDue = this.climb.residentBytes.length % ADDONS_EVERY === 0;
    const addons = isAddonsDue ? readAddons(this.localPid) : undefined;
    const isMappedDue = this.climb.residentBytes.length % MAPPED_FILES_EVERY === 0;
    const mappedFiles = isMappedDue ? readMappedFiles(this.localPid) : undefined;
    this.sink.line({ type: 'passive', ...sample, addons, mappedFiles });
    this.sink.line({ type: 'scheduling', ...readScheduling(this.localPid, this.elapsed()) });
    this.asyncReads.noteSockets(sample.sockets);
    if (sample.rssBytes !== undefined) this.climb.residentBytes.push(sample.rssBytes);
    if (!this.outcome.steps.includes('passive')) this.outcome.steps.push('passive');
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

  private async startTrace(): Promise<void> {
    const { trace } = this.options;
    if (!trace) return;
    const room = this.localPid === null ? undefined : memoryRoom(this.localPid);
    if (room && room.bytes < TRACE_BUFFER_BYTES) {
      this.outcome.warnings.push({
        code: 'trace-no-memory',
        bufferBytes: TRACE_BUFFER_BYTES,
        roomBytes: room.bytes,
        limit: room.limit,
      });
      return;
    }
    this.trace = await startTrace(this.attachment.session, trace).catch((error: Error) => {
      if (error instanceof SessionClosed) throw error;
      this.outcome.warnings.push({ code: 'trace-not-started', reason: error.message });
      return null;
    });
  }

  private async stopTrace(): Promise<void> {
    this.outcome.trace = await this.trace?.stop();
    const reason = this.outcome.trace?.failure;
    if (reason !== undefined) this.outcome.warnings.push({ code: 'trace-not-written', reason });
    if (this.outcome.trace?.isCut)
      this.outcome.warnings.push({ code: 'trace-truncated', limitBytes: LARGEST_TRACE_BYTES });
  }

  private async addWorker(worker: WorkerThread): Promise<void> {
    if (this.threads.length > MAX_WORKERS) {
      warnOnce(this.outcome, { code: 'too-many-workers', captured: MAX_WORKERS });
      return;
    }
    try {
      const thread = await openThread(worker.session, this.sink, this.threadOptions(worker.id, worker.name));
      this.outcome.threads.push({ id: worker.id, name: worker.name });
      if (this.isLooking || this.elapsed() < this.options.durationMillis) this.threads.push(thread);
      else await thread.stop();
    } catch {
      // A worker that ends while we come to it is no loss.
    }
  }

  private async proveLease(): Promise<void> {
    if (this.isLeaseProven) return;
    const ticks = await this.threads[0]?.probe?.call('beat');
    if (ticks === undefined || ticks === 0) return;
    this.isLeaseProven = true;
    this.attachment.leaseInPlace();
  }

  async forEachThread(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void> {
    for (const thread of [...this.threads]) {
      const beating = thread.id === 0 ? undefined : setInterval(() => this.beatAll(), BEAT_EVERY_MILLIS);
      try {
        await work(thread);
      } catch (error) {
        if (thread.id === 0) throw error;
        // A worker has ended: the others go on.
        this.threads.splice(this.threads.indexOf(thread), 1);
      } finally {
        clearInterval(beating);
      }
    }
  }

  /** A worker that is slow to answer, or never does, must not cost the others their leases. */
  private beatAll(): void {
    for (const { probe } of this.threads) void probe?.call('beat').catch(() => {});
  }

  async timed(work: () => Promise<void>): Promise<void> {
    const from = performance.now();
    await work();
    this.outcome.pausesMillis.push(performance.now() - from);
  }

  private threadOptions(id: number, name: string) {
    const probe = {
      url: PROBE_URL,
      leaseMillis: LEASE_MILLIS,
      closeInspector: id === 0 && this.attachment.openedByUs,
      forgetLogged: this.attachment.openedByUs,
      ...asyncConfig(this.options.async ?? 'burst'),
    };
    return { id, name, probe };
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
