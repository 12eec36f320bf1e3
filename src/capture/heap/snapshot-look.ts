// Heap snapshots of one thread, where they fit in memory and in the pause that is allowed.
import { snapshotRead } from '../../signals/snapshot/read.ts';
import { SessionClosed } from '../../target/inspector/inspector-session.ts';
import type { Warning } from '../../wire/warning.ts';
import type { CaptureContext } from '../context.ts';
import type { ThreadCapture } from '../thread/thread-capture.ts';
import { warnOnce } from '../warn-once.ts';
import { describeEstimate, estimateSnapshot, type SnapshotEstimate } from './snapshot-estimate.ts';

export class SnapshotLook {
  taken = 0;

  constructor(
    private readonly context: CaptureContext,
    private readonly thread: ThreadCapture,
  ) {}

  /** Says why not in a warning, once. */
  async take(): Promise<void> {
    const { context, thread } = this;
    const { options, outcome, localPid } = context;
    const { heapUsedBytes } = thread.counters;
    const estimate = estimateSnapshot(heapUsedBytes ?? 0, localPid);
    const refusal: Warning | null =
      heapUsedBytes === undefined
        ? { code: 'snapshot-cost-unknown' }
        : refusalOf(estimate, options.snapshot, options.maxPauseMillis);
    if (refusal) return warnOnce(outcome, refusal);
    this.taken++;
    if (!outcome.steps.includes('snapshot')) outcome.steps.push('snapshot');
    context.progress(`heap snapshot: ${describeEstimate(estimate)}`);
    const from = performance.now();
    try {
      const taken = await thread.ask(snapshotRead, context.elapsed(), this.taken);
      if (taken)
        outcome.warnings.push({ code: 'snapshot-taken', bytes: taken.bytes, pauseMillis: taken.millis });
    } catch (error) {
      if (error instanceof SessionClosed) throw error;
      warnOnce(outcome, { code: 'snapshot-failed', reason: (error as Error).message });
    }
    outcome.pausesMillis.push(performance.now() - from);
  }
}

/** Why no snapshot is taken: it would pause for too long, or end the process; null when it may be taken. */
function refusalOf(estimate: SnapshotEstimate, mode: string, maxPauseMillis: number): Warning | null {
  const { pauseMillis: estimateMillis, extraBytes, room, fits } = estimate;
  if (room && !fits)
    return { code: 'snapshot-no-memory', extraBytes, roomBytes: room.bytes, limit: room.limit };
  if (mode === 'auto' && estimateMillis > maxPauseMillis)
    return { code: 'snapshot-too-long', estimateMillis, maxPauseMillis, extraBytes };
  return null;
}
