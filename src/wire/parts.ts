// What the schemas of recordings are built from: numbers within bounds, texts of bounded length, frames as V8 gives them.
// A leaf: it knows valibot and nothing of ours. Whoever may not load valibot imports types only.
import * as v from 'valibot';

/** An amount of something, 0 or more. */
export const count = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e15));
/** Absent: a platform, Node version or permission withholds it. Unknown is never 0. */
export const amount = v.optional(v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e18)));
export const text = v.pipe(v.string(), v.maxLength(1_000_000));
/** Milliseconds since the capture began. */
export const atMillis = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e12));
/** 0 is the main thread. */
export const thread = v.pipe(v.number(), v.integer(), v.minValue(0));
export const counts = v.record(v.string(), count);

/** A stack frame as [functionName, url, line, column], 0-based. */
export const frame = v.array(v.union([v.string(), v.number(), v.null()]));
/** Innermost frame first. */
export const stack = v.pipe(v.array(frame), v.maxLength(500));
export type WireFrame = v.InferOutput<typeof frame>;

/** A list that no honest recording makes longer. */
export const listOf = <T extends v.GenericSchema>(item: T, most = 1_000) =>
  v.pipe(v.array(item), v.maxLength(most));

/** Where a function begins, 0-based. */
export const functionPlace = { name: text, url: text, line: count, column: count };

/** One line of `samples.jsonl` about one thread. Fields that are not named here are dropped. */
export const threadLine = <T extends string, E extends v.ObjectEntries>(type: T, entries: E) =>
  v.object({ type: v.literal(type), thread, atMillis, ...entries });

/** What a line says besides its type, thread and time. */
export type BodyOf<Line extends { type: string }> = Omit<Line, 'type' | 'thread' | 'atMillis'>;
