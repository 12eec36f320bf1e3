// The capture over time: numbers, and when the main thread was held. Times are milliseconds since the capture began.
import * as v from 'valibot';
import { PICTURE_BOUNDS as MOST, SERIES_NAMES } from '../names.ts';
import { amount, count } from '../scalars.ts';
import { place, points } from './parts.ts';

/** One number over time, of one thread; of the whole process it is 0. */
export const series = v.object({
  name: v.picklist(SERIES_NAMES),
  thread: count,
  points: points(MOST.points),
});
export type Series = v.InferOutput<typeof series>;

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
