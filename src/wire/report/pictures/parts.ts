// What several pictures are made of: points over time, and places in code.
import * as v from 'valibot';
import { ordinal } from '../scalars.ts';

/** [time, value], in order of time. */
export const points = (most: number) => v.pipe(v.array(v.tuple([v.number(), v.number()])), v.maxLength(most));

/** A place in code, as findings name it. */
export const place = v.object({
  function: v.string(),
  file: v.nullable(v.string()),
  line: v.nullable(ordinal),
});
export type PicturePlace = v.InferOutput<typeof place>;
