// What the pictures of an HTML report are drawn of: numbers over time, growth, pools, and where CPU time went. All lists are
// bounded, so that a long look stays small. Times are milliseconds since the look began.
import * as v from 'valibot';
import { FRAME_OWNERS, GROWTH_KINDS, PICTURE_BOUNDS, SERIES_NAMES } from './names.ts';
import { amount, count, ordinal, text } from './scalars.ts';

const MOST = PICTURE_BOUNDS;

/** [time, value], in order of time. */
const points = (most: number) => v.pipe(v.array(v.tuple([v.number(), v.number()])), v.maxLength(most));

/** One number over time, of one thread; of the whole process it is 0. */
export const series = v.object({
  name: v.picklist(SERIES_NAMES),
  thread: count,
  points: points(MOST.points),
});
export type Series = v.InferOutput<typeof series>;

/** A place in code, as findings name it. */
const place = v.object({
  function: v.string(),
  file: v.nullable(v.string()),
  line: v.nullable(ordinal),
});
export type PicturePlace = v.InferOutput<typeof place>;

/** A span in which the main thread was held: by culprit, or by the program. */
const held = { atMillis: amount, millis: amount };

export const timeline = v.object({
  durationMillis: amount,
  series: v.pipe(v.array(series), v.maxLength(MOST.series)),
  /** How culprit itself held the main thread: each time, or the longest of them. */
  ownStalls: v.pipe(v.array(v.object(held)), v.maxLength(MOST.points)),
  /** How the program held it, and where. */
  blocks: v.pipe(v.array(v.object({ ...held, place })), v.maxLength(MOST.points)),
});
export type Timeline = v.InferOutput<typeof timeline>;

/** Something that was counted again and again. */
export const growthPicture = v.object({
  kind: v.picklist(GROWTH_KINDS),
  /** "sessions", "10.0.0.7:443 CLOSE_WAIT", "/tmp/upload-#". */
  name: text,
  /** What it is: "Map of {id, user}", "TCP, outbound". */
  what: v.string(),
  /** Where entries are added or resources are made; null when that was not caught. */
  place: v.nullable(place),
  /** Judged over all readings: it rises to the end. */
  isGrowing: v.boolean(),
  points: points(MOST.growthPoints),
});
export type GrowthPicture = v.InferOutput<typeof growthPicture>;

/** A pool, or an agent's part for one destination: who holds and who waits. */
export const poolPicture = v.object({
  name: text,
  /** "10.0.0.7:443"; null when it is not known. */
  endpoint: v.nullable(v.string()),
  limit: v.nullable(amount),
  /** [time, lent out, waiting]. Lent out is -1 where it is not known. */
  readings: v.pipe(v.array(v.tuple([v.number(), v.number(), v.number()])), v.maxLength(MOST.growthPoints)),
  /** What those lent out are busy with, by label. */
  holders: v.array(v.object({ label: v.string(), count })),
  /** Of those lent out that could be looked at: nothing went over their connection for seconds. */
  silent: v.nullable(v.object({ count, of: count, longestMillis: amount })),
  /** Where those who wait asked. */
  waiters: v.array(v.object({ place, count })),
});
export type PoolPicture = v.InferOutput<typeof poolPicture>;

/** A function that stands in a flame graph. */
const flameFrame = v.object({
  ...place.entries,
  package: v.nullable(v.string()),
  owner: v.picklist(FRAME_OWNERS),
});
export type FlameFrame = v.InferOutput<typeof flameFrame>;

/** The call tree of one thread. The lists have one entry for each node; the first node is the whole. */
export const flamePicture = v.object({
  thread: count,
  threadName: v.string(),
  /** Not in the tree. */
  idleMillis: amount,
  frames: v.array(flameFrame),
  /** The node's caller, which stands before it; -1 for the first. */
  parent: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))), v.maxLength(MOST.flameNodes)),
  /** Index in `frames`; -1 for the first node. */
  frame: v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))),
  /** With all that it called. What the tree was too big for is in its caller only. */
  totalMillis: v.array(amount),
  selfMillis: v.array(amount),
});
export type FlamePicture = v.InferOutput<typeof flamePicture>;

/** CPU time spent in the code of one package, of the program, of Node.js, of the engine. */
const packageTime = v.object({ name: text, owner: v.picklist(FRAME_OWNERS), millis: amount });
export type PackageTime = v.InferOutput<typeof packageTime>;

/** A limit, and what was used of it at most. */
const usedLimit = v.object({
  name: v.picklist(['heap', 'memory', 'fds', 'pids', 'event-loop', 'cpu']),
  used: amount,
  limit: amount,
  unit: v.picklist(['bytes', 'count', 'share', 'cores']),
});
export type UsedLimit = v.InferOutput<typeof usedLimit>;

export const sourceLine = v.object({ file: v.string(), line: ordinal, text: v.string() });
export type SourceLine = v.InferOutput<typeof sourceLine>;

export const pictures = v.object({
  timeline: v.optional(timeline),
  limits: v.array(usedLimit),
  /** What grows comes first. */
  growth: v.pipe(v.array(growthPicture), v.maxLength(MOST.growth)),
  pools: v.pipe(v.array(poolPicture), v.maxLength(MOST.pools)),
  flames: v.pipe(v.array(flamePicture), v.maxLength(MOST.flames)),
  /** Of the main thread, or of the busiest one where that is not known; the most first. */
  packages: v.array(packageTime),
  /** Those around the lines that findings name, as far as they are known. */
  sourceLines: v.pipe(v.array(sourceLine), v.maxLength(MOST.sourceLines)),
});
export type Pictures = v.InferOutput<typeof pictures>;
