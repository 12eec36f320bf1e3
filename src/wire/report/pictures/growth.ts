// What was counted repeatedly, and pools: what is checked out and who waits.
import * as v from 'valibot';
import { GROWTH_KINDS, PICTURE_BOUNDS as MOST } from '../names.ts';
import { amount, count, text } from '../scalars.ts';
import { place, points } from './parts.ts';

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
  /** [time, checked out, waiting]. Checked out is -1 where it is unknown. */
  readings: v.pipe(v.array(v.tuple([v.number(), v.number(), v.number()])), v.maxLength(MOST.growthPoints)),
  /** What those checked out are busy with, by label. */
  holders: v.array(v.object({ label: v.string(), count })),
  /** Of those checked out that could be examined: their connections carried no data for seconds. */
  silent: v.nullable(v.object({ count, of: count, longestMillis: amount })),
  /** Where those who wait asked. */
  waiters: v.array(v.object({ place, count })),
});
export type PoolPicture = v.InferOutput<typeof poolPicture>;
