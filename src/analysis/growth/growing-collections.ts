// Collections that gain more and more entries: single ones, and many of the same kind that each gain a little.

import type { Frame } from '../../model/frame.ts';
import type { CollectionGrowth } from '../../model/memory/collection.ts';
import { type Blame, blame, functionKey } from '../cpu/blame/blame.ts';
import { floorOf } from '../statistics/floor.ts';
import { judgeTrend, type Point, type Trend } from '../statistics/trend.ts';

export interface GrowingCollection {
  collection: CollectionGrowth;
  trend: Trend;
  /** A part is taken out at times: `trend` is that of the low points. */
  isTrimmed: boolean;
  /** It has a maximum that it has not come to yet; null when none is known. */
  filling: Filling | null;
  /** The place that adds, as caught; null when none was. */
  insertion: { blame: Blame; frames: Frame[] } | null;
}

/** A collection on its way to its maximum. */
export interface Filling {
  /** Of the field that says how much it may hold. */
  limitName: string;
  /** Of the maximum, what it holds, 0..1. */
  share: number;
  /** At its pace. */
  secondsLeft: number;
  entriesLeft: number;
  /** The maximum is a variable beside the collection and may be meant for something else. */
  isNearby: boolean;
}

/** As many of one kind are looked at together. */
const LEAST_ALIKE = 4;

/** Collections that grow at every read to the last one, the fastest first. */
export function growingCollections(collections: readonly CollectionGrowth[]): GrowingCollection[] {
  const single = withoutViews(collections);
  return [...single, ...togetherByKind(single)]
    .map((collection) => {
      const points = collection.sizes.map(({ atMillis, entries }): Point => ({ atMillis, value: entries }));
      const judged = judgeSizes(points);
      return {
        collection,
        ...judged,
        filling: fillingOf(collection, judged.trend),
        insertion: usualInsertion(collection),
      };
    })
    .filter(({ trend, collection }) => trend.verdict === 'growing' && !hasStopped(collection, trend))
    .sort((a, b) => b.trend.slopePerSecond - a.trend.slopePerSecond);
}

/** It took entries at every read, and then none for so long that chance does not explain it: a cache that is complete. */
function hasStopped({ sizes }: CollectionGrowth, { slopePerSecond }: Trend): boolean {
  const lastRise = sizes.findLastIndex(({ entries }, i) => i > 0 && entries > sizes[i - 1]!.entries);
  const isSteady = sizes.slice(1, lastRise + 1).every(({ entries }, i) => entries > sizes[i]!.entries);
  const [stood, end] = [sizes[lastRise], sizes.at(-1)];
  if (!stood || !end || !isSteady || lastRise < STOPPED.leastRises) return false;
  const millis = end.atMillis - stood.atMillis;
  return millis >= STOPPED.leastMillis && (millis / 1_000) * slopePerSecond >= STOPPED.leastMissed;
}

/** A shorter time may be one of our own pauses; of so many that were due, none comes by chance once in 400 times. */
const STOPPED = { leastRises: 5, leastMillis: 900, leastMissed: 6 };

/** Of many that are alike, one stands for all. */
function fillingOf({ bound, sizes }: CollectionGrowth, { slopePerSecond }: Trend): Filling | null {
  const entries = sizes.at(-1)?.entries ?? 0;
  if (!bound || entries === 0 || slopePerSecond <= 0 || bound.held > bound.limit) return null;
  const entriesLeft = (bound.limit - bound.held) / (bound.held / entries);
  return {
    limitName: bound.name,
    share: bound.held / bound.limit,
    entriesLeft,
    secondsLeft: entriesLeft / slopePerSecond,
    isNearby: bound.isNearby === true,
  };
}

/** What is emptied in part at times grows when the least that is left each time does. */
function judgeSizes(points: readonly Point[]): Pick<GrowingCollection, 'trend' | 'isTrimmed'> {
  const options = { leastPoints: 5, leastRise: 4 };
  const trend = judgeTrend(points, options);
  if (trend.verdict !== 'flat' || points.length < LEAST_FOR_FLOOR) return { trend, isTrimmed: false };
  const floor = judgeTrend(floorOf(points, FLOOR_REACH), { ...options, lateShare: FLOOR_LATE_SHARE });
  const isTrimmed = floor.verdict === 'growing' && risesThroughout(floor, points);
  return { trend: isTrimmed ? floor : trend, isTrimmed };
}

/** Its slope alone makes most of its rise, which is some of what comes and goes: one higher low point is none. */
function risesThroughout({ slopePerSecond, first, last }: Trend, points: readonly Point[]): boolean {
  const seconds = (points.at(-1)!.atMillis - points[0]!.atMillis) / 1_000;
  const values = points.map(({ value }) => value);
  const swing = Math.max(...values) - Math.min(...values);
  return slopePerSecond * seconds >= (last - first) / 2 && last - first >= swing * LEAST_OF_SWING;
}

const LEAST_OF_SWING = 0.1;
/** What is emptied more seldom is not seen as emptied. */
const FLOOR_REACH = 2;
/** Low points stand in steps: a median slope of the last few is mostly that of one step. */
const FLOOR_LATE_SHARE = 0.2;
/** Of fewer reads the least of some says nothing. */
const LEAST_FOR_FLOOR = 10;

/** Several names for the same bytes are one buffer: they are as long as each other at every read. */
function withoutViews(collections: readonly CollectionGrowth[]): CollectionGrowth[] {
  const known = new Map<string, CollectionGrowth>();
  return collections.flatMap((collection) => {
    if (collection.type !== 'Buffer') return [collection];
    const { thread, sizes } = collection;
    const key = [thread, ...sizes.flatMap(({ atMillis, entries }) => [atMillis, entries])].join(' ');
    const same = known.get(key);
    if (same) same.views = (same.views ?? 1) + 1;
    else known.set(key, { ...collection });
    return same ? [] : [known.get(key)!];
  });
}

/** A list in each of many rooms: none of them grows fast, all of them do together. */
function togetherByKind(collections: readonly CollectionGrowth[]): CollectionGrowth[] {
  const kinds = new Map<string, CollectionGrowth[]>();
  for (const collection of collections) {
    if (collection.alike !== undefined) continue;
    const { thread, type, className, newestEntry, event = '' } = collection;
    const key = [thread, type, className, newestEntry, event].join('|');
    const alike = kinds.get(key);
    if (alike) alike.push(collection);
    else kinds.set(key, [collection]);
  }
  return [...kinds.values()].filter((alike) => alike.length >= LEAST_ALIKE).map(together);
}

/** The fastest of them stands for all; sizes are those of the reads that saw every one. */
function together(alike: readonly CollectionGrowth[]): CollectionGrowth {
  const byTime = new Map<number, { entries: number; seen: number }>();
  for (const { sizes } of alike) {
    for (const { atMillis, entries } of sizes) {
      const sum = byTime.get(atMillis) ?? { entries: 0, seen: 0 };
      byTime.set(atMillis, { entries: sum.entries + entries, seen: sum.seen + 1 });
    }
  }
  const fastest = alike.reduce((a, b) => (grown(b) > grown(a) ? b : a));
  return {
    ...fastest,
    alike: alike.length,
    sizes: [...byTime]
      .filter(([, { seen }]) => seen === alike.length)
      .map(([atMillis, { entries }]) => ({ atMillis, entries })),
    insertions: alike.flatMap(({ insertions }) => insertions),
    holderName: alike.find(({ holderName }) => holderName !== null)?.holderName ?? null,
  };
}

function grown({ sizes }: CollectionGrowth): number {
  return (sizes.at(-1)?.entries ?? 0) - (sizes[0]?.entries ?? 0);
}

/** The place that adds most often among those caught. */
function usualInsertion({ insertions }: CollectionGrowth): GrowingCollection['insertion'] {
  const byPlace = new Map<string, Frame[][]>();
  for (const frames of insertions) {
    const first = frames.find((frame) => frame.owner !== 'native');
    if (!first) continue;
    const key = functionKey(first);
    byPlace.set(key, [...(byPlace.get(key) ?? []), frames]);
  }
  const frames = [...byPlace.values()].sort((a, b) => b.length - a.length)[0]?.[0];
  return frames ? { blame: blame(frames, 'of calls'), frames } : null;
}
