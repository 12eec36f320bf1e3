// The heap after GC, and where the retained objects are allocated. V8 collects garbage by itself, and can be asked to do it
// soon: that holds the program for milliseconds. Reading the sampling heap profile makes V8 collect at once, which holds it
// for a millisecond a megabyte: only where the heap rises, and where that fits.
import { ASKED_COLLECTION } from '../../probe/own-steps.ts';
import type { CaptureContext } from '../context.ts';
import { READ_HEAP_PROFILE } from '../thread/heap-sampling.ts';
import { COLLECT_GARBAGE, type ThreadCapture } from '../thread/thread-capture.ts';
import { warnOnce } from '../warn-once.ts';
import { HeapGain } from './heap-gain.ts';
import {
  chooseIntervals,
  estimateHeapReadMillis,
  estimateMarkingMillis,
  mayBeRising,
  type SamplingIntervals,
  UNFELT_MILLIS,
} from './ladder.ts';
import { isMemoryTight } from './memory-room.ts';

/** By this factor: beginning again forgets what was seen of the heap so far. */
const TOO_FINE = 8;
/** Estimates are off by up to a factor of two; one pause differs less from the next. */
const SAFETY = 2;
const MEASURED = 1.5;
/** A trend needs this many collections. */
const WANTED_FLOORS = 8;
const CLOSER_FLOORS = 12;
const CHEAP_FLOORS = 14;
const LEAST_FLOORS = 7;
const SHORT_READ_MILLIS = 40;
/** Part of the capture. */
const READ_EVERY = 0.3;
const LEAST_PACE_MILLIS = 1_000;
/** In less time there is none to lose, nor where memory is short: what grows there ends the process soon. */
const SHORT_CAPTURE_MILLIS = 25_000;
/** Parts of the capture by which a heap that does not rise was collected, and once more at the end where that was seldom. */
const CALM_FLOORS = [0.05, 0.12, 0.2, 0.3, 0.5, 0.75];
const FEWEST_FLOORS = 4;
/** Collections of V8's own that are no further apart are often. */
const OFTEN_MILLIS = 3_000;
/** Of a short capture, until it is seen whether V8 collects by itself. */
const FIRST_PART = 1 / 5;
/** V8 that was asked to collect has not by then: the program allocates next to nothing. */
const PATIENCE_MILLIS = 3_000;
/** Where nothing rises and a collection by force would be felt, V8 gets longer: a quiet server of 20 MB had not collected after 3 s. */
const CALM_PATIENCE_MILLIS = 9_000;

/** What was asked of one thread. */
interface Asked {
  /** When V8 was asked to collect, and how many collections there had been; -1: it is not asked now. */
  atMillis: number;
  floorsBefore: number;
  /** Collections that we asked for or forced. */
  caused: number;
  nextAt: number;
  profilesRead: number;
  /** The last forced one: when, and how long its answer took. */
  lastReadAt: number;
  lastPauseMillis: number;
  gain: HeapGain;
}

export class HeapReads {
  private readonly asked = new Map<number, Asked>();
  private readonly isTight: boolean;
  /** Null: growth is not judged. */
  private intervals: SamplingIntervals | null = null;

  /** `isAsked`: something else than the heap itself asks for a closer look. `isExplained`: it is known what is filled there. */
  constructor(
    private readonly context: CaptureContext,
    private readonly isAsked: () => boolean = () => false,
    private readonly isExplained: (threadId: number) => boolean = () => false,
  ) {
    this.isTight = isMemoryTight(context.localPid);
  }

  begin(intervals: SamplingIntervals): void {
    this.intervals = intervals;
  }

  /** Once each sampling interval. Resolves with whether garbage was collected since the last time. */
  async whenDue(): Promise<boolean> {
    if (!this.intervals) return false;
    let isCollected = false;
    await this.context.forEachThread(async (thread) => {
      isCollected = (await this.step(thread)) || isCollected;
    });
    return isCollected;
  }

  async last(): Promise<void> {
    if (!this.intervals) return;
    await this.context.forEachThread(async (thread) => {
      if (this.isReadEnough(thread)) return;
      if (thread.heap.isOn) await this.force(thread);
      else if (thread.counters.floors.length < FEWEST_FLOORS && this.isWorthForcing(thread))
        await this.force(thread);
    });
  }

  private async step(thread: ThreadCapture): Promise<boolean> {
    const asked = this.askedOf(thread);
    await this.easeOff(thread);
    const hasNew = asked.floorsBefore >= 0 && thread.counters.floors.length > asked.floorsBefore;
    if (hasNew) asked.atMillis = -1;
    asked.gain.note(thread.counters, this.context.elapsed(), hasNew);
    asked.floorsBefore = thread.counters.floors.length;
    const elapsed = this.context.elapsed();
    if (asked.atMillis >= 0) {
      if (elapsed - asked.atMillis < this.patience(thread)) return false;
      asked.atMillis = -1;
      return this.isWorthForcing(thread) ? this.force(thread) : false;
    }
    if (elapsed < asked.nextAt || !this.isDue(thread, elapsed) || this.isSpent(thread)) return hasNew;
    asked.nextAt = elapsed + this.pace(thread);
    if (this.isCloser(thread) && (await this.startSampling(thread)) && this.isReadDue(thread))
      return this.force(thread);
    if (this.mayEncourage(thread) && (await thread.probe?.call('encourageCollection'))) {
      asked.atMillis = elapsed;
      asked.caused++;
      return hasNew;
    }
    return this.isWorthForcing(thread) ? this.force(thread) : hasNew;
  }

  /** Something may rise, there or elsewhere: collections are wanted more often, and where what stays is allocated. */
  private isCloser(thread: ThreadCapture): boolean {
    const { floors } = thread.counters;
    if (mayBeRising(floors)) return true;
    // Where V8 collects often by itself, that is known well enough.
    const natural = floors.length - this.askedOf(thread).caused;
    const elapsed = this.context.elapsed();
    if (natural * OFTEN_MILLIS > elapsed) return false;
    if (this.isAsked() || this.isTight) return true;
    const { durationMillis } = this.context.options;
    return (
      durationMillis < SHORT_CAPTURE_MILLIS && elapsed >= durationMillis * FIRST_PART + natural * OFTEN_MILLIS
    );
  }

  /** A heap that does not rise is collected a few times in all, by V8 itself where it does so. */
  private isDue(thread: ThreadCapture, elapsed: number): boolean {
    if (this.isCloser(thread)) return true;
    if (this.isStill(thread)) return false;
    const part = elapsed / this.context.options.durationMillis;
    const wanted = CALM_FLOORS.filter((at) => part >= at).length;
    return thread.counters.floors.length < wanted;
  }

  /** Nothing has come to stay since the last collection, in the heap or outside it. */
  private isStill(thread: ThreadCapture): boolean {
    const { durationMillis } = this.context.options;
    return this.askedOf(thread).gain.isStill(thread.counters, this.context.elapsed(), durationMillis);
  }

  /** V8 marks beside the program, but all in one pause now and then: of a large heap, one of those is too long. */
  private mayEncourage({ counters: { floors, heapUsedBytes = 0 } }: ThreadCapture): boolean {
    return estimateMarkingMillis(floors.at(-1) ?? heapUsedBytes) <= this.context.options.maxPauseMillis;
  }

  private isWorthForcing(thread: ThreadCapture): boolean {
    return !this.isStill(thread) && this.isForceable(thread);
  }

  private patience(thread: ThreadCapture): number {
    const isFelt = this.longestOf(thread) > UNFELT_MILLIS;
    return isFelt && !this.isCloser(thread) ? CALM_PATIENCE_MILLIS : PATIENCE_MILLIS;
  }

  /** What a trend needs was collected; more is for what is left of the budget. */
  private isSpent({ id, counters: { floors } }: ThreadCapture): boolean {
    const { budget } = this.context;
    return floors.length >= LEAST_FLOORS && budget.meanMillis(id, ASKED_COLLECTION) > budget.leftMillis(id);
  }

  /** The more there are, the smaller a rise is told from noise: many where V8 makes them in no time. */
  private wantedFloors(thread: ThreadCapture): number {
    const millis = this.context.budget.meanMillis(thread.id, ASKED_COLLECTION);
    if (millis > 0 && millis <= UNFELT_MILLIS) return CHEAP_FLOORS;
    return this.isAsked() ? CLOSER_FLOORS : WANTED_FLOORS;
  }

  /** Until the next one: sooner at first, since a target may end early; later where each is dear. */
  private pace(thread: ThreadCapture): number {
    const { durationMillis } = this.context.options;
    const usual = durationMillis / this.wantedFloors(thread);
    const first = this.context.elapsed() < 12_000 ? Math.min(usual, 2_000) : usual;
    return Math.max(first, LEAST_PACE_MILLIS, this.measuredMillis(thread));
  }

  /** The load may come after us: heap sampling that has become far too fine for it begins again, coarser or not at all. */
  private async easeOff({ heap, counters }: ThreadCapture): Promise<void> {
    const wanted = chooseIntervals(counters.load.utilization, counters.load.allocated, this.isTight);
    if (!heap.isOn || wanted.heapBytes < heap.intervalBytes * TOO_FINE) return;
    await heap.stop();
    this.intervals = wanted;
    if (!wanted.isHeapDeferred) await heap.start(wanted.heapBytes);
  }

  /** True when what lives is sampled by its allocation stack from now on, or was already. */
  private async startSampling(thread: ThreadCapture): Promise<boolean> {
    if (thread.heap.isOn) return true;
    const { utilization, allocated } = thread.counters.load;
    const { isHeapDeferred, heapBytes } = chooseIntervals(utilization, allocated, this.isTight);
    if (isHeapDeferred) return false;
    if (!this.isForceable(thread)) {
      this.warnLeftOut(thread);
      return false;
    }
    await thread.heap.start(heapBytes);
    return true;
  }

  /** A read that would be felt tells of all since the sampling began: it is made a few times, and the heap collected without it. */
  private isReadDue(thread: ThreadCapture): boolean {
    if (!this.isForceable(thread) || this.isReadEnough(thread)) return false;
    const since = this.context.elapsed() - this.askedOf(thread).lastReadAt;
    return this.estimateOf(thread) <= SHORT_READ_MILLIS || since >= this.readEveryMillis();
  }

  /** It is known what grows and who adds to it: one read says what is allocated for it, and another one would be felt. */
  private isReadEnough(thread: ThreadCapture): boolean {
    const isFelt = this.estimateOf(thread) > SHORT_READ_MILLIS;
    return isFelt && this.askedOf(thread).profilesRead > 0 && this.isExplained(thread.id);
  }

  private readEveryMillis(): number {
    return this.context.options.durationMillis * READ_EVERY;
  }

  /** Whether a collection may be forced: neither this one nor all of them together may hold the program for too long. */
  private isForceable(thread: ThreadCapture): boolean {
    const { options, budget } = this.context;
    const fits = this.longestOf(thread) <= options.maxPauseMillis;
    return fits && this.estimateOf(thread) <= budget.leftMillis(thread.id);
  }

  private estimateOf(thread: ThreadCapture): number {
    // What was collected last costs nothing to mark, and a pause that was measured says more than its size.
    const { floors, heapUsedBytes = 0 } = thread.counters;
    const bySize = estimateHeapReadMillis(floors.at(-1) ?? heapUsedBytes);
    const measured = this.measuredMillis(thread);
    if (measured === 0) return bySize;
    // One that was long because others had the cores says less and less about the next.
    const isOld = this.context.elapsed() - this.askedOf(thread).lastReadAt >= this.readEveryMillis();
    return isOld && measured > bySize ? (measured + bySize) / 2 : measured;
  }

  /** What a collection by force took; 0 before the first. Answers of a worker are long on their way, so that only it knows. */
  private measuredMillis({ id }: ThreadCapture): number {
    if (id === 0) return this.asked.get(id)?.lastPauseMillis ?? 0;
    return this.context.budget.longestMillis(id, [READ_HEAP_PROFILE, COLLECT_GARBAGE]);
  }

  /** What the next one may take at worst. */
  private longestOf(thread: ThreadCapture): number {
    return this.estimateOf(thread) * (this.measuredMillis(thread) > 0 ? MEASURED : SAFETY);
  }

  private warnLeftOut(thread: ThreadCapture): void {
    const { maxPauseMillis } = this.context.options;
    const { totalMillis } = this.context.budget;
    const estimateMillis = Math.round(this.longestOf(thread));
    const isTooLong = estimateMillis > maxPauseMillis;
    warnOnce(
      this.context.outcome,
      isTooLong
        ? { code: 'heap-reads-too-long', estimateMillis, maxPauseMillis }
        : { code: 'budget-spent', budgetMillis: totalMillis },
    );
  }

  /** Reads where what stays is allocated, where that is sampled; collects in any case. */
  private async force(thread: ThreadCapture): Promise<boolean> {
    // V8 collects for the inspector in a task of its own, which a loop that does not turn never comes to.
    if (thread.probe?.isHeld) return false;
    const asked = this.askedOf(thread);
    const from = performance.now();
    asked.lastReadAt = this.context.elapsed();
    if (thread.heap.isOn) {
      await thread.readHeap(this.context.elapsed());
      asked.profilesRead++;
    } else {
      await thread.collectGarbage();
      await thread.counters.sampleFloor(this.context.elapsed());
    }
    asked.lastPauseMillis = performance.now() - from;
    if (thread.id === 0) this.context.budget.add(thread.id, asked.lastPauseMillis);
    asked.caused++;
    this.context.outcome.pausesMillis.push(asked.lastPauseMillis);
    asked.floorsBefore = thread.counters.floors.length;
    asked.gain.forget();
    return true;
  }

  private askedOf({ id }: ThreadCapture): Asked {
    const known = this.asked.get(id);
    if (known) return known;
    const asked = {
      atMillis: -1,
      floorsBefore: -1,
      caused: 0,
      profilesRead: 0,
      nextAt: 0,
      lastReadAt: 0,
      lastPauseMillis: 0,
      gain: new HeapGain(),
    };
    this.asked.set(id, asked);
    return asked;
  }
}
