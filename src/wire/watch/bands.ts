// What a watch has learned of its targets, on disk: by target, metric and hour of the day.
import * as v from 'valibot';
import { WATCH_METRIC_NAMES } from './names.ts';

const finite = v.pipe(v.number(), v.finite());
const hour = v.pipe(
  v.object({
    /** Days since 1970, local. */
    days: v.pipe(v.array(finite), v.maxLength(1_000)),
    values: v.pipe(v.array(finite), v.maxLength(1_000)),
  }),
  v.check(({ days, values }) => days.length === values.length, 'does not have as many days as values'),
);

const savedBand = v.object({
  target: v.pipe(v.string(), v.maxLength(1_000)),
  metric: v.picklist(WATCH_METRIC_NAMES),
  /** By the hour of the day. */
  hours: v.pipe(v.array(hour), v.length(24)),
});
export type SavedBand = v.InferOutput<typeof savedBand>;

export const watchBands = v.object({
  format: v.literal('culprit-watch-bands'),
  version: v.literal(1, 'is a version that this culprit does not know'),
  bands: v.pipe(v.array(savedBand), v.maxLength(1_000)),
});
export type WatchBands = v.InferOutput<typeof watchBands>;
