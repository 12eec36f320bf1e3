// The numbers and texts that the schemas of reports are made of.
import * as v from 'valibot';

/** Not empty. */
export const text = v.pipe(v.string(), v.minLength(1));
export const amount = v.pipe(v.number(), v.minValue(0));
/** 0..1 */
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** From 1 on: ranks, lines, columns. */
export const ordinal = v.pipe(v.number(), v.integer(), v.minValue(1));

export const tool = v.object({ name: v.literal('culprit'), version: v.string() });
