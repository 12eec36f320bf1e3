// What a thread has gained since its garbage was last collected: where that is nothing, one more collection tells nothing new.
import type { ThreadCounters } from '../thread/thread-counters.ts';
import { estimateMarkingMillis, isLastHigh, UNFELT_MILLIS } from './ladder.ts';

/** What the old generation did not gain cannot have stayed; a smaller part of it is no rise. */
const LEAST_PROMOTED_BYTES = 64 * 1024;
const LEAST_PROMOTED_SHARE = 1 / 200;
/** Bodies of a few requests wait for a collection, too. */
const LEAST_EXTERNAL_BYTES = 1024 * 1024;
/** V8 moves to the old generation what survived so many minor collections: until then nothing is gained there, whatever stays. */
const MINORS_TO_PROMOTE = 2;
/** So soon after a collection nothing was. */
const LEAST_WAIT_MILLIS = 3_000;
/** Share of the time that a program is at work. */
const BUSY = 0.5;

/** The counters of a moment. */
interface Mark {
  atMillis: number;
  oldBytes: number;
  externalBytes: number;
  minorCollections: number;
}

export class HeapGain {
  /** At the first sample after the last collection, or at the first of all. */
  private mark: Mark | null = null;

  /** Once each sampling interval. `isCollected`: since the last time. */
  note(
    { oldGeneration, externalBytes, minorCollections }: ThreadCounters,
    atMillis: number,
    isCollected: boolean,
  ): void {
    const oldBytes = oldGeneration.at(-1);
    if (oldBytes !== undefined && (isCollected || !this.mark))
      this.mark = { atMillis, oldBytes, externalBytes, minorCollections };
  }

  /** Garbage was collected after the last sample. */
  forget(): void {
    this.mark = null;
  }

  /** Nothing has come to stay, in the heap or outside it, and one more collection may be felt. */
  isStill(counters: ThreadCounters, atMillis: number, durationMillis: number): boolean {
    const { floors, oldGeneration, externalBytes, minorCollections } = counters;
    if (!this.mark || !isDear(counters) || isLastHigh(floors)) return false;
    const { oldBytes } = this.mark;
    const promoted = (oldGeneration.at(-1) ?? oldBytes) - oldBytes;
    if (promoted >= Math.max(LEAST_PROMOTED_BYTES, oldBytes * LEAST_PROMOTED_SHARE)) return false;
    if (externalBytes - this.mark.externalBytes >= LEAST_EXTERNAL_BYTES) return false;
    if (minorCollections - this.mark.minorCollections >= MINORS_TO_PROMOTE) return true;
    if (atMillis - this.mark.atMillis < LEAST_WAIT_MILLIS) return floors.length > 0;
    // What stays is young still, if there is any. Where a collection may be felt, V8 gets half of the capture for its own.
    return isLongToMark(counters) && atMillis < durationMillis / 2;
  }
}

/** One more collection may be felt, or its threads and the code that it throws away cost a busy program requests. */
function isDear(counters: ThreadCounters): boolean {
  return isLongToMark(counters) || counters.load.utilization > BUSY;
}

function isLongToMark({ floors, heapUsedBytes = 0 }: ThreadCounters): boolean {
  return estimateMarkingMillis(floors.at(-1) ?? heapUsedBytes) > UNFELT_MILLIS;
}
