// The threads of one capture: the main one, and its workers as they come and go. They are asked in turn, and a worker that
// ends is no loss.
import { PROBE_URL } from '../../probe/probe-url.ts';
import type { Attachment } from '../../target/attach.ts';
import { asyncConfig } from '../async-config.ts';
import type { CaptureContext } from '../context.ts';
import { warnOnce } from '../warn-once.ts';
import { openThread, type ThreadCapture } from './thread-capture.ts';
import { attachToWorkers, type WorkerThread } from './worker-threads.ts';

const LEASE_MILLIS = 10_000;
const BEAT_EVERY_MILLIS = 3_000;
const MAX_WORKERS = 16;
/** A worker that waits for its next task in `Atomics.wait()`, as those of pools do, never turns its event loop. */
const TURN_MILLIS = 300;

export class CapturedThreads {
  /** The main thread first. */
  private readonly threads: ThreadCapture[] = [];
  private detachWorkers: (() => Promise<void>) | null = null;
  private isLeaseProven = false;
  private isClosed = false;

  constructor(
    private readonly attachment: Attachment,
    private readonly context: CaptureContext,
  ) {}

  get all(): readonly ThreadCapture[] {
    return this.threads;
  }

  /** Rejects where the target went away. */
  async openMain(): Promise<ThreadCapture> {
    const main = await this.open({ id: 0, name: 'main', session: this.attachment.session });
    this.threads.push(main);
    if (!main.probe) this.context.outcome.warnings.push({ code: 'no-built-in-modules' });
    return main;
  }

  /** Opens every worker that there is and that starts from now on. */
  async followWorkers(): Promise<void> {
    const { warnings } = this.context.outcome;
    this.detachWorkers = await attachToWorkers(
      this.attachment.session,
      (worker) => void this.addWorker(worker),
      () =>
        // A debugger on a thread that ends can crash Node.js.
        warnings.push({ code: 'workers-short-lived' }),
    ).catch(() => null);
  }

  /** Does it for each thread in turn; a worker that ends meanwhile is left out from then on. */
  async forEach(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void> {
    for (const thread of [...this.threads]) await this.withBeats(thread, work);
  }

  /**
   * The same for what holds no thread for long: the main thread first, then all workers at once. An answer of a worker takes 45 ms
   * whatever it is asked: Node.js sends it in a second small packet, which waits for the first to be acknowledged (Node 16 to 26).
   */
  async askAll(work: (thread: ThreadCapture) => Promise<unknown>): Promise<void> {
    const [main, ...workers] = this.threads;
    if (main) await work(main);
    await Promise.all(workers.map((worker) => this.withBeats(worker, work)));
  }

  /** A worker that is slow to answer, or never does, must not cost the others their leases. */
  private async withBeats(
    thread: ThreadCapture,
    work: (thread: ThreadCapture) => Promise<unknown>,
  ): Promise<void> {
    const beatAll = () => {
      for (const { probe } of this.threads) void probe?.call('beat').catch(() => {});
    };
    const beating = thread.id === 0 ? undefined : setInterval(beatAll, BEAT_EVERY_MILLIS);
    try {
      await work(thread);
    } catch (error) {
      if (thread.id === 0) throw error;
      this.threads.splice(this.threads.indexOf(thread), 1);
    } finally {
      clearInterval(beating);
    }
  }

  /**
   * Finds the workers whose event loop does not turn, all at once: whatever needs a turn leaves them out, instead of waiting for each
   * in its turn. Never throws.
   */
  async findHeld(): Promise<void> {
    const workers = this.threads.filter(({ id }) => id !== 0);
    await Promise.all(workers.map(({ probe }) => probe?.turn(TURN_MILLIS).catch(() => {})));
  }

  /** Tells the attachment once the probe has been seen to keep its own deadline. */
  async proveLease(): Promise<void> {
    if (this.isLeaseProven) return;
    const ticks = await this.threads[0]?.probe?.call('beat');
    if (ticks === undefined || ticks === 0) return;
    this.isLeaseProven = true;
    this.attachment.leaseInPlace();
  }

  /** Before it is asked what all of it has cost. Never throws. */
  async stopProfiles(): Promise<void> {
    this.isClosed = true;
    for (const { cpu, heap } of this.threads) {
      await cpu.stop().catch(() => {});
      await heap.stop().catch(() => {});
    }
  }

  /** Lets go of all threads, the main one last. Never throws. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const thread of [...this.threads].reverse()) await thread.stop();
    await this.detachWorkers?.().catch(() => {});
  }

  private async open({ id, name, session }: WorkerThread): Promise<ThreadCapture> {
    const { openedByUs } = this.attachment;
    const { outcome, options, sink } = this.context;
    const probe = {
      url: PROBE_URL,
      leaseMillis: LEASE_MILLIS,
      closeInspector: id === 0 && openedByUs,
      forgetLogged: openedByUs,
      ...asyncConfig(options.async ?? 'burst'),
    };
    const thread = await openThread(session, sink, { id, name, probe });
    outcome.threads.push({ id, name });
    return thread;
  }

  private async addWorker(worker: WorkerThread): Promise<void> {
    if (this.threads.length > MAX_WORKERS) {
      warnOnce(this.context.outcome, { code: 'too-many-workers', captured: MAX_WORKERS });
      return;
    }
    try {
      const thread = await this.open(worker);
      await thread.probe?.turn(TURN_MILLIS);
      if (this.isClosed) await thread.stop();
      else this.threads.push(thread);
    } catch {
      // A worker that ends while we come to it is no loss.
    }
  }
}
