// The upper steps of the ladder for a heap that rises: a census of what grows, a check for code that compiles code, a
// recount where no collection explains the rise, and snapshots where they are wanted and fit.

import { walkRead } from '../../signals/census/read.ts';
import { collectionsRead } from '../../signals/collections/read.ts';
import { ranShareFromNow } from '../../signals/scheduling/read.ts';
import type { CaptureContext } from '../context.ts';
import type { ThreadCapture } from '../thread/thread-capture.ts';
import { CensusLook } from './census-look.ts';
import { CompileLook } from './compile-look.ts';
import { fitsPause } from './fits-pause.ts';
import {
  estimateDebuggerMillis,
  estimateScriptsMillis,
  isClearlyRising,
  isCostRising,
  isCountRising,
  isExternalRising,
  isFloorRising,
  isMemoryRising,
  isMemoryStillRising,
  isPlainlyRising,
} from './ladder.ts';
import { isMemoryTight } from './memory-room.ts';
import { SnapshotLook } from './snapshot-look.ts';

/** How far one thread has climbed. */
interface Height {
  /** Its collections have been looked for, and are watched now. */
  isWatched: boolean;
  /** The heap rises, as of the last collections, or memory beside it. */
  isRising: boolean;
  /** How often they were read since. */
  reads: number;
  census: CensusLook;
  compiling: CompileLook;
  snapshots: SnapshotLook;
  /** The last walk did not come to everything. */
  isWalkCut: boolean;
  /** It was made again, and longer. */
  hasLongWalk: boolean;
  /** Reads by then: what that walk found has not been seen growing yet. */
  readsAtLongWalk: number;
  /** A walk listed the scripts, without which closures cannot be followed. */
  hasScripts: boolean;
  /** Promises are watched from their making. */
  hasPromises: boolean;
  hasRecount: boolean;
  /** Reads in which some collection grew. */
  readsGrowing: number;
  /** A collection was caught being filled. */
  isExplained: boolean;
}

/** Of the fastest growing collections, this many are asked who adds to them. */
const TRAPPED = 4;
/** All slices together come to what the handlers of most servers hold. Each is too short to be felt. */
const WALK = { sliceMillis: 4, restMillis: 36, budgetMillis: 160 };
/** A list of the scripts that nobody feels. */
const SHORT_LIST_MILLIS = 25;
/** Where that did not do: by then it is known which functions allocate what stays, and the walk begins with those. */
const LONG_WALK = { sliceMillis: 4, restMillis: 20, budgetMillis: 400 };
/** Watching promises slows the awaits of a thread for good: only where no collection was caught so far. */
const READS_BEFORE_PROMISES = 3;
/** By so many reads it is known what grows. */
const READS_TO_GROW = 2;
/** A collection that is being filled is caught within so many reads; a census comes only where none was. */
const READS_BEFORE_CENSUS = 4;
/** Each function that is looked into takes about 20 KB until the next minor collection. */
const LONGEST_CHAIN = 20_000;
const TIGHT_CHAIN = 64;
/** Parts of the look. */
const LATEST_START = 0.75;
const RECOUNT_FROM = 0.65;
const FIRST_SNAPSHOT_FROM = 0.25;

export class HeapClimb {
  /** Resident memory at each passive sample. */
  readonly residentBytes: number[] = [];
  /** Open descriptors at each passive sample. */
  readonly descriptors: number[] = [];
  private readonly heights = new Map<number, Height>();
  private readonly isTight: boolean;

  constructor(private readonly context: CaptureContext) {
    this.isTight = isMemoryTight(context.localPid);
  }

  /** Memory outside the heap is held by small objects inside it: the census finds their collection, too. */
  get isMemoryRising(): boolean {
    return isMemoryRising(this.residentBytes);
  }

  /** Whether collections are watched now. */
  get isWatching(): boolean {
    return [...this.heights.values()].some(({ isWatched }) => isWatched);
  }

  /** Whether something that is watched grows, or the heap still does: a rise of the first collections may have been their scatter. */
  get isOnGrowth(): boolean {
    return [...this.heights.values()].some(
      (height) => height.isWatched && (height.isRising || height.readsGrowing > 0),
    );
  }

  /** Whether a collection of the thread was caught being filled. */
  isExplained(threadId: number): boolean {
    return this.heights.get(threadId)?.isExplained === true;
  }

  /** One step up, where what was seen so far asks for it. */
  async step(): Promise<void> {
    const { elapsed, options } = this.context;
    if (options.heap === 'off') return;
    const part = elapsed.call(this.context) / options.durationMillis;
    await this.context.forEachThread(async (thread) => {
      if (!thread.probe) return;
      const height = this.heightOf(thread);
      height.isRising = this.isRising(thread);
      const isWorthWatching =
        height.isRising || isCostRising(thread.counters.requestCosts) || isCountRising(this.descriptors);
      if (height.isWatched) await this.watch(thread, height, part);
      else if (part < LATEST_START && isWorthWatching) await this.startWatching(thread, height);
      const isDue =
        options.snapshot === 'force' && height.snapshots.taken === 0 && part >= FIRST_SNAPSHOT_FROM;
      if (isDue && this.isWorthIt(thread)) await height.snapshots.take();
    });
  }

  async last(): Promise<void> {
    const { snapshot } = this.context.options;
    await this.context.forEachThread(async (thread) => {
      const height = this.heightOf(thread);
      if (height.isWatched) await this.readCollections(thread, height, 0);
      const isWanted =
        snapshot === 'force' ||
        (snapshot === 'auto' && isUnexplained(height) && isClearlyRising(thread.counters.floors));
      if (isWanted && this.isWorthIt(thread)) await height.snapshots.take();
    });
  }

  private heightOf(thread: ThreadCapture): Height {
    const known = this.heights.get(thread.id);
    if (known) return known;
    const height = {
      isWatched: false,
      isRising: false,
      reads: 0,
      census: new CensusLook(this.context, thread),
      compiling: new CompileLook(this.context, thread),
      snapshots: new SnapshotLook(this.context, thread),
      isWalkCut: false,
      hasLongWalk: false,
      readsAtLongWalk: 0,
      hasScripts: false,
      hasPromises: false,
      hasRecount: false,
      readsGrowing: 0,
      isExplained: false,
    };
    this.heights.set(thread.id, height);
    return height;
  }

  private isRising(thread: ThreadCapture): boolean {
    return isFloorRising(thread.counters.floors) || this.isOutside(thread, isMemoryRising);
  }

  /** It holds the thread: only where the rise goes on, and is more than what comes and goes. */
  private isWorthCensus(thread: ThreadCapture): boolean {
    return isPlainlyRising(thread.counters.floors) || this.isOutside(thread, isMemoryStillRising);
  }

  /** Which thread has what the process takes is known only where V8 counts it. */
  private isOutside(
    { id, counters }: ThreadCapture,
    isRising: (residentBytes: readonly number[]) => boolean,
  ): boolean {
    return id === 0 ? isRising(this.residentBytes) : isExternalRising(counters.externalFloors);
  }

  /** Looks for collections in slices; then cheap reads of what was found. */
  private async startWatching(thread: ThreadCapture, height: Height): Promise<void> {
    height.isWatched = true;
    await this.walk(thread, height);
    await this.readCollections(thread, height, 0);
  }

  private async readCollections(thread: ThreadCapture, height: Height, trapTop: number): Promise<void> {
    height.reads++;
    await this.readSizes(thread, height, trapTop);
  }

  private async readSizes(thread: ThreadCapture, height: Height, trapTop: number): Promise<void> {
    const read = await thread.ask(collectionsRead, this.context.elapsed(), trapTop);
    if ((read?.growing.length ?? 0) > 0) height.readsGrowing++;
    if (read?.growing.some(({ insertions }) => insertions.length > 0)) height.isExplained = true;
  }

  /** What is dearer than a read comes only where nothing was caught being filled, one step at a time. */
  private async watch(thread: ThreadCapture, height: Height, part: number): Promise<void> {
    await this.readCollections(thread, height, TRAPPED);
    // The Debugger domain takes megabytes: where memory is short only for want of another explanation.
    // Code that is kept is part of the heap: memory beside it alone is no reason to hold the thread.
    const mayCompile = (!this.isTight || isUnexplained(height)) && isFloorRising(thread.counters.floors);
    if (mayCompile) await height.compiling.whenCompiling(() => this.mayList(thread));
    if (height.isExplained) return;
    if (height.reads >= READS_BEFORE_PROMISES && !mayBeCaught(height))
      await this.watchPromises(thread, height);
    if (height.reads < READS_BEFORE_CENSUS) return;
    if (height.isWalkCut && !height.hasLongWalk && part < LATEST_START) {
      height.hasLongWalk = true;
      height.readsAtLongWalk = height.reads;
      return this.walk(thread, height);
    }
    if (!this.isWorthCensus(thread)) return;
    if (!height.census.isDone && part < LATEST_START) await height.census.count();
    else if (!height.hasRecount && part >= RECOUNT_FROM && !isNewlySeen(height)) {
      height.hasRecount = true;
      await this.recount(thread, height);
    }
  }

  private async watchPromises(thread: ThreadCapture, height: Height): Promise<void> {
    if (height.hasPromises || !isPlainlyRising(thread.counters.floors)) return;
    height.hasPromises = true;
    await thread.watchPromises();
  }

  private async recount(thread: ThreadCapture, height: Height): Promise<void> {
    await height.compiling.closely(() => this.mayList(thread));
    await this.walk(thread, height);
    await height.census.compare();
  }

  /** To list the scripts holds the thread. */
  private mayList(thread: ThreadCapture): boolean {
    return fitsPause(this.context, thread, estimateDebuggerMillis(thread.counters.heapUsedBytes ?? 0));
  }

  /** What the program can be seen to hold, by name: in slices, and it takes next to no memory. */
  private async walk(thread: ThreadCapture, height: Height): Promise<void> {
    const { outcome } = this.context;
    if (!outcome.steps.includes('census')) outcome.steps.push('census');
    const isListing = this.mayListForWalk(thread, height);
    height.hasScripts ||= isListing;
    const longestChain = this.isTight ? TIGHT_CHAIN : LONGEST_CHAIN;
    const pace = height.hasLongWalk ? LONG_WALK : WALK;
    const plan = {
      ...pace,
      longestChain,
      isListing,
      isDataOnly: !height.hasScripts,
      ranShare: thread.id === 0 ? ranShareFromNow(this.context.localPid) : () => 1,
      meanwhile: () => this.readSizes(thread, height, TRAPPED),
      first: thread.heap.allocating,
    };
    const walk = await thread.ask(walkRead, this.context.elapsed(), plan);
    height.isWalkCut = walk?.cut === true;
    // What the walk left behind would make the young generation larger for good.
    if (this.isTight) await this.context.timed(() => thread.collectGarbage());
  }

  /**
   * Most of what a program keeps is behind closures: where the budget is spent, a first list that is short is made all the same,
   * and a later walk does with that list. Only functions of scripts that came since are passed over.
   */
  private mayListForWalk(thread: ThreadCapture, { hasScripts }: Height): boolean {
    const millis = estimateScriptsMillis(thread.counters.heapUsedBytes ?? 0);
    const { budget, options } = this.context;
    const isBeyondBudget = millis > budget.leftMillis(thread.id);
    if (isBeyondBudget && hasScripts) return false;
    if (isBeyondBudget && millis <= Math.min(SHORT_LIST_MILLIS, options.maxPauseMillis)) return true;
    return fitsPause(this.context, thread, millis);
  }

  /** A worker's heap is looked at only where it rises: whoever asked for a snapshot asked for the main one. */
  private isWorthIt(thread: ThreadCapture): boolean {
    return thread.id === 0 || this.heightOf(thread).isWatched;
  }
}

/** Collections were just found, or found to grow: whoever fills them is yet to be caught. A recount would stop the reads meanwhile. */
function isNewlySeen(height: Height): boolean {
  const { reads, hasLongWalk, readsAtLongWalk } = height;
  return (hasLongWalk && reads - readsAtLongWalk < READS_BEFORE_CENSUS) || mayBeCaught(height);
}

/** A collection was just found to grow, or would be by the next reads: promises need not be watched yet. */
function mayBeCaught({ readsGrowing, reads, hasLongWalk, readsAtLongWalk }: Height): boolean {
  const isNewlyWalked = hasLongWalk && reads - readsAtLongWalk < READS_TO_GROW;
  return isNewlyWalked || (readsGrowing > 0 && readsGrowing < READS_BEFORE_CENSUS);
}

/** The heap rises, but no collection was caught being filled. */
function isUnexplained({ isWatched, isExplained }: Height): boolean {
  return isWatched && !isExplained;
}
