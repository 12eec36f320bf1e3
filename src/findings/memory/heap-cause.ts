// What makes the heap of one thread rise, as far as was seen: the collection that takes the retained objects, and where
// those are allocated. The rules on memory inside the heap share it, so that they agree.
import type { Facts } from '../../analysis/facts.ts';
import { type ClassGrowth, growingClasses } from '../../analysis/growth/class-growth.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { AllocationSite, HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { Frame } from '../../model/frame.ts';
import type { ClosureGrowth } from '../../model/memory/census.ts';
import { isGrowingInNode, isGrowingInUserCode, makerOfEntries, siteBehind } from '../allocation-site.ts';
import { HEAP_CAUSE } from '../thresholds/memory.ts';
import { isYoung } from '../verdict/young-process.ts';
import { nodeFrameWords } from '../words/node-frame-words.ts';
import { canHold } from './can-hold.ts';
import { cutTexts } from './cut-texts.ts';
import { hasRoom } from './filling.ts';
import { type PromiseMaker, promiseMaker } from './promise-maker.ts';

/** What a heap leak is told from: the floor of one thread, and what was found to explain it. */
export interface HeapCause {
  growth: HeapGrowth;
  /** The collection that takes what stays. */
  filled: GrowingCollection | null;
  /** Functions that accumulate and hold what they close over; looked for where no collection is. */
  closures: PilingClosures | null;
  /** Where what stays is allocated. */
  site: AllocationSite | null;
  /** Node's own code that allocates most of what stays, where no user code does. */
  platform: AllocationSite | null;
  /** Who makes most promises, where what stays are promises that Node's own code allocates. */
  maker: PromiseMaker | null;
  /** The objects that there are most more of, where they were counted twice. */
  most: ClassGrowth | null;
  /** Whether the floor itself rises beyond its noise; otherwise the collection alone is the proof. */
  isMeasured: boolean;
}

export interface PilingClosures {
  frame: Frame;
  perSecond: number;
  /** How many there were at the first and the last count. */
  first: number;
  last: number;
  /** Each closes over the one before; there may be more of them than were followed. */
  isChain: boolean;
}

const NOTHING_ELSE = { platform: null, maker: null, most: null };

/** Null: nothing accumulates in this thread's heap. */
export function findHeapCause(growth: HeapGrowth, facts: Facts): HeapCause | null {
  const { open, isExplained } = apartFromFilling(growth, facts);
  const isMeasured = isLeaking(growth) && !isExplained;
  const filled = plausible(mainCollection(open, growth, isMeasured), growth, isMeasured);
  if (filled && (isMeasured || isFillingSteadily(filled, growth)))
    return {
      growth,
      filled,
      closures: null,
      site: siteBehind(growth, filled),
      ...NOTHING_ELSE,
      isMeasured,
    };
  const closures = pilingClosures(facts.observations.closures, growth.thread);
  const isSteady = isUnabated(growth) && !(isYoung(facts) && isComplete(growth));
  const isProved = (isMeasured && isSteady) || (!isExplained && isLongChain(closures, growth));
  if (!isProved) return null;
  const site = growth.sites.find(
    (candidate) => isGrowingInUserCode(candidate, growth) && candidate.share >= HEAP_CAUSE.leastSiteShare,
  );
  const asking = site ?? (closures ? throughPackageOf(closures, growth) : null);
  const platform = asking
    ? null
    : (growth.sites.find((candidate) => isGrowingInNode(candidate, growth)) ?? null);
  const most = mostOf(growth, facts);
  const isOfPromises = platform !== null && /promises/.test(nodeFrameWords(platform.frames) ?? '');
  const maker = isOfPromises ? promiseMaker(facts, growth.thread) : null;
  // Without a place to name, a small rise may be no more than code being compiled and caches of the VM filling.
  if (!asking && !closures && growth.floor.last - growth.floor.first < HEAP_CAUSE.leastUnexplainedBytes)
    return null;
  return { growth, filled: null, closures, site: asking, platform, maker, most, isMeasured };
}

/**
 * A collection whose entries would have to be large for the rise, while code of another file allocates what stays, only
 * grows beside it.
 */
function plausible(
  filled: GrowingCollection | null,
  growth: HeapGrowth,
  isMeasured: boolean,
): GrowingCollection | null {
  if (!filled || !isMeasured) return filled;
  if (growth.floor.slopePerSecond / filled.trend.slopePerSecond <= HEAP_CAUSE.usualEntryBytes) return filled;
  // Parts of longer texts cost what the whole text does, which another file made.
  if (cutTexts({ filled, growth, isMeasured })) return filled;
  const file = filled.insertion?.blame.subject?.file;
  const site = growth.sites.find(
    (candidate) => isGrowingInUserCode(candidate, growth) && candidate.share >= HEAP_CAUSE.leastMakerShare,
  );
  return site && site.blame.subject?.file !== file && file !== undefined ? null : filled;
}

/** Whether it is said to be a leak: what nothing is named for may be a cache that fills in a process that has just started. */
export function isTold({ filled, closures, site, platform, most }: HeapCause, facts: Facts): boolean {
  return Boolean(filled || closures || site || platform || most) || !isYoung(facts);
}

/** The heap of this thread rises, and nothing is told for it. */
export function isUnexplained(growth: HeapGrowth, facts: Facts): boolean {
  const cause = findHeapCause(growth, facts);
  return cause !== null && !isTold(cause, facts);
}

/** What rises is known to have a maximum, or may be a cache that fills after the start: its pace says nothing of limits. */
export function mayComeToAnEnd(facts: Facts): boolean {
  const growth = facts.heap.find(({ thread }) => thread === 0);
  return Boolean(growth && (apartFromFilling(growth, facts).isExplained || isUnexplained(growth, facts)));
}

/** The class of objects that there are most more of. */
function mostOf({ thread }: HeapGrowth, facts: Facts): ClassGrowth | null {
  const [first] = growingClasses(facts.observations.classes, thread).filter(
    ({ name, share, perSecond }) =>
      !name.startsWith('function') &&
      share >= HEAP_CAUSE.leastClassShare &&
      perSecond >= HEAP_CAUSE.leastEntriesPerSecond,
  );
  return first ?? null;
}

/**
 * Collections without a known maximum, and whether the rise is that of one that fills up to its maximum and will have room, or is
 * emptied at times.
 */
function apartFromFilling(
  growth: HeapGrowth,
  facts: Facts,
): { open: GrowingCollection[]; isExplained: boolean } {
  // Bytes lie outside the heap.
  const isOwn = ({ collection }: GrowingCollection) =>
    collection.thread === growth.thread && collection.type !== 'Buffer';
  const own = facts.collections.filter(isOwn);
  const filling = own.filter((each) => hasRoom(each, growth, facts));
  const open = own.filter((each) => !filling.includes(each));
  const passing = [...filling, ...facts.emptied.filter(isOwn)];
  const fastest = Math.max(0, ...passing.map(({ trend }) => trend.slopePerSecond));
  const fastestOpen = open[0]?.trend.slopePerSecond ?? 0;
  return { open, isExplained: fastest > 0 && fastest >= fastestOpen * HEAP_CAUSE.alikePace };
}

/** Where no holder was seen, a cache that is nearly full looks like a leak: the pace must not have slackened. */
function isUnabated({ floor }: HeapGrowth): boolean {
  return (
    floor.lateSlopePerSecond >= floor.slopePerSecond * HEAP_CAUSE.unabated &&
    floor.last - floor.first >= HEAP_CAUSE.leastSeenBytes
  );
}

/** The call of the program under which the package that makes these functions allocates most. */
function throughPackageOf({ frame }: PilingClosures, { sites }: HeapGrowth): AllocationSite | null {
  if (frame.owner !== 'library') return null;
  return (
    sites.find(
      ({ blame, share, frames }) =>
        blame.app !== null &&
        share >= HEAP_CAUSE.leastShareBehind &&
        frames.some(({ package: name }) => name === frame.package),
    ) ?? null
  );
}

/** Most of a small rise came early: a cache whose entries expire, in a process that has just started. */
function isComplete({ floor, earlyShare }: HeapGrowth): boolean {
  return (
    earlyShare >= HEAP_CAUSE.completeShare && floor.last - floor.first < HEAP_CAUSE.leastUnexplainedBytes
  );
}

/** The floor may scatter too much to be proof: nothing harmless has so many functions that each keep the one before. */
function isLongChain(closures: PilingClosures | null, { floor }: HeapGrowth): boolean {
  const isRising = floor.slopeInterval[0] > 0 && floor.last - floor.first >= HEAP_CAUSE.leastSeenBytes;
  return closures?.isChain === true && closures.last >= HEAP_CAUSE.longChain && isRising;
}

/** The application's functions that there are most more of; those of a package where they form a chain. */
function pilingClosures(all: readonly ClosureGrowth[], thread: number): PilingClosures | null {
  const isMeant = ({ frame, chained }: ClosureGrowth) =>
    frame.owner === 'app' || (frame.owner === 'library' && chained >= HEAP_CAUSE.leastChain);
  const grown = all
    .filter((closures) => closures.thread === thread && isMeant(closures))
    .map(({ frame, counts, chained }) => {
      const [first, last] = [counts[0], counts.at(-1)];
      const seconds = first && last ? (last.atMillis - first.atMillis) / 1_000 : 0;
      const rose = first && last ? last.objects - first.objects : 0;
      return {
        frame,
        first: first?.objects ?? 0,
        last: last?.objects ?? 0,
        perSecond: seconds > 0 ? rose / seconds : 0,
        isChain: chained >= HEAP_CAUSE.leastChain,
      };
    })
    .filter(({ isChain, perSecond }) => isChain || perSecond >= HEAP_CAUSE.leastEntriesPerSecond)
    .sort((a, b) => b.perSecond - a.perSecond);
  return grown[0] ?? null;
}

function isLeaking({ floor }: HeapGrowth): boolean {
  return floor.verdict === 'growing' && floor.slopePerSecond >= HEAP_CAUSE.leastBytesPerSecond;
}

/** Those filled in another file, at a like pace, are leaks of their own. */
export function otherCauses({ growth, filled: main }: HeapCause, facts: Facts): HeapCause[] {
  if (!main) return [];
  const own = apartFromFilling(growth, facts).open;
  const fileOf = ({ insertion }: GrowingCollection) => insertion?.blame.subject?.file;
  const seen = new Set([fileOf(main)]);
  const others = own.filter((other) => {
    const file = fileOf(other);
    if (file === undefined || seen.has(file)) return false;
    const isAlike = other.trend.slopePerSecond >= main.trend.slopePerSecond * HEAP_CAUSE.otherPace;
    if (isAlike) seen.add(file);
    return isAlike && isFillingSteadily(other, growth);
  });
  return others.slice(0, HEAP_CAUSE.mostOthers).map((filled) => {
    const site = growth.sites.find(({ blame }) => blame.subject?.file === fileOf(filled)) ?? null;
    return { growth, filled, closures: null, site, ...NOTHING_ELSE, isMeasured: false };
  });
}

/**
 * A slow leak drowns in the noise of the floor for minutes, but the collection that takes it grows at every count. It
 * is proof enough when the code that adds was seen doing it, and the pace has not slackened.
 */
function isFillingSteadily(filled: GrowingCollection, growth: HeapGrowth): boolean {
  const { trend, insertion, collection } = filled;
  const isAllocating = (site: AllocationSite) => isGrowingInUserCode(site, growth);
  const isSteady =
    trend.slopePerSecond >= leastPace(collection.type) &&
    trend.lateSlopePerSecond >= trend.slopePerSecond * HEAP_CAUSE.unabated;
  // The length of a text is memory itself, where the floor of the heap rises as fast, whatever its noise.
  const isMemory =
    collection.type === 'String' &&
    growth.floor.slopePerSecond >= trend.slopePerSecond * 1024 * HEAP_CAUSE.alikePace;
  // Nothing takes objects out of such a chain again.
  const isSeen =
    insertion?.blame.subject ||
    isMemory ||
    collection.type === 'Chain' ||
    (collection.type === 'Object' && growth.sites.some(isAllocating)) ||
    makerOfEntries(filled, growth) !== null;
  return isSteady && Boolean(isSeen) && growth.floor.verdict !== 'falling';
}

/** Entries of a small list are small: one a second is nothing in a day. A listener is called each time. */
function leastPace(type: GrowingCollection['collection']['type']): number {
  if (type === 'String') return HEAP_CAUSE.leastUnmeasuredKib;
  return type === 'EventEmitter' || type === 'EventTarget'
    ? HEAP_CAUSE.leastEntriesPerSecond
    : HEAP_CAUSE.leastUnmeasuredPerSecond;
}

/** The collection to blame: the fastest growing one whose filler is known, those that fill along with it left out. */
function mainCollection(
  collections: GrowingCollection[],
  growth: HeapGrowth,
  isMeasured: boolean,
): GrowingCollection | null {
  const bytesPerSecond = isMeasured ? growth.floor.slopePerSecond : 0;
  const able = collections.filter((filled) => canHold(filled, growth, bytesPerSecond));
  const known = able.filter(({ insertion }) => insertion?.blame.subject);
  const [fastest] = known;
  const [first] = able;
  const files = new Set(growth.sites.slice(0, 3).map(({ blame }) => blame.subject?.file));
  const isAllocating = ({ insertion }: GrowingCollection) => files.has(insertion!.blame.subject!.file);
  if (!first || !fastest) return first ?? null;
  // A plain object cannot be seen being filled; one that grows far faster than all others leads all the same.
  if (
    first.trend.slopePerSecond > fastest.trend.slopePerSecond * HEAP_CAUSE.unseenLead &&
    !isAllocating(fastest)
  )
    return first;
  // Among those about as fast, the one in the file where most is allocated.
  const alike = known.filter(
    ({ trend }) => trend.slopePerSecond >= fastest.trend.slopePerSecond * HEAP_CAUSE.alikePace,
  );
  return alike.find(isAllocating) ?? fastest;
}
