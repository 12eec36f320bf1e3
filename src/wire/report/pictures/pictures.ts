// The data of the pictures of an HTML report: numbers over time, growth, pools, and where CPU time went. All lists are
// bounded, so that a long capture stays small.
import * as v from 'valibot';
import { PICTURE_BOUNDS as MOST } from '../names.ts';
import { amount, ordinal } from '../scalars.ts';
import { flamePicture, packageTime } from './flame.ts';
import { growthPicture, poolPicture } from './growth.ts';
import { timeline } from './timeline.ts';

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
