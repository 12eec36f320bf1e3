// Counts of all live objects of one thread, at most two: the second shows which classes of functions have grown. Each is a
// pause that grows with the heap, and takes memory for its duration.
import { censusRead, closuresRead } from '../../signals/census/read.ts';
import type { Census } from '../../signals/census/wire.ts';
import type { CaptureContext } from '../context.ts';
import { READ_HEAP_PROFILE } from '../thread/heap-sampling.ts';
import type { ThreadCapture } from '../thread/thread-capture.ts';
import { warnOnce } from '../warn-once.ts';
import { fitsPause } from './fits-pause.ts';
import { estimateCensusBytes, estimateCensusMillis, estimateHeapReadMillis } from './ladder.ts';
import { memoryRoom } from './memory-room.ts';

/** Of the memory that is left: the target goes on growing meanwhile. */
const LARGEST_MEMORY_SHARE = 0.25;
const MOST_CLOSURES = 8;

export class CensusLook {
  /** The first count was made, or left out. */
  isDone = false;
  private first: Census | null = null;

  constructor(
    private readonly context: CaptureContext,
    private readonly thread: ThreadCapture,
  ) {}

  async count(): Promise<void> {
    this.isDone = true;
    this.first = await this.take();
  }

  /** Counts again, and asks where functions of the classes that grew begin. */
  async compare(): Promise<void> {
    if (!this.first) return;
    const second = await this.take();
    const closures = second ? growingFunctions(this.first, second) : [];
    if (closures.length > 0) await this.thread.ask(closuresRead, this.context.elapsed(), closures);
  }

  /** Resolves with null when it was left out for its pause, or for its memory. */
  private async take(): Promise<Census | null> {
    const { context, thread } = this;
    const { maxPauseMillis } = context.options;
    const estimateMillis = Math.round(this.estimateMillis());
    if (!fitsPause(context, thread, estimateMillis)) {
      if (estimateMillis > maxPauseMillis)
        warnOnce(context.outcome, { code: 'census-too-long', estimateMillis, maxPauseMillis });
      return null;
    }
    if (!this.fitsMemory()) return null;
    context.progress(`census of the heap, a pause of about ${estimateMillis} ms`);
    let census: Census | null = null;
    await context.timed(async () => {
      census = await thread.ask(censusRead, context.elapsed(), maxPauseMillis / 2);
    });
    return census;
  }

  /** What the last one took tells more than the size of the heap. */
  private estimateMillis(): number {
    const { budget } = this.context;
    const { id, counters } = this.thread;
    const heapBytes = counters.floors.at(-1) ?? counters.heapUsedBytes ?? 0;
    const collectedMillis = budget.meanMillis(id, READ_HEAP_PROFILE);
    const slowness =
      collectedMillis === 0 ? undefined : Math.max(1, collectedMillis / estimateHeapReadMillis(heapBytes));
    return Math.max(estimateCensusMillis(heapBytes, slowness), budget.longestMillis(id, ['census']));
  }

  private fitsMemory(): boolean {
    const { localPid, outcome } = this.context;
    const extraBytes = estimateCensusBytes(this.thread.counters.heapUsedBytes ?? 0);
    const room = localPid === null ? undefined : memoryRoom(localPid);
    if (!room || extraBytes <= room.bytes * LARGEST_MEMORY_SHARE) return true;
    warnOnce(outcome, { code: 'census-no-memory', extraBytes, roomBytes: room.bytes, limit: room.limit });
    return false;
  }
}

/** Classes of functions that there are more of now, those that grew most first. */
function growingFunctions(before: Census, after: Census): string[] {
  const known = new Map(before.classes);
  return after.classes
    .filter(([name]) => name.startsWith('function'))
    .map(([name, count]) => ({ name, growth: count - (known.get(name) ?? 0) }))
    .filter(({ growth }) => growth > 0)
    .sort((a, b) => b.growth - a.growth)
    .slice(0, MOST_CLOSURES)
    .map(({ name }) => name);
}
