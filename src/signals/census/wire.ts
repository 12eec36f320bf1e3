// How many objects there are, by class, and functions, by where they begin: from a census of all live objects, and from a
// walk along references.
import * as v from 'valibot';
import { holder } from '../../wire/holder.ts';
import { type BodyOf, count, frame, functionPlace, listOf, text, threadLine } from '../../wire/parts.ts';

/** One look at all live objects. */
export const censusLine = threadLine('census', {
  scanned: count,
  /** Collections that are watched from now on. */
  tracked: count,
  /** The time was up before the end: the counts are of a part. */
  cut: v.boolean(),
  /** The most numerous classes (or shapes of plain objects), with the number of their objects. */
  classes: listOf(v.tuple([text, count]), 10_000),
});
export type CensusLine = v.InferOutput<typeof censusLine>;
export type Census = BodyOf<CensusLine>;

/** Where functions begin whose number grew from one census to the next. */
export const closuresLine = threadLine('closures', {
  /** `class` is as in the lines of type `census`. */
  closures: listOf(v.object({ class: text, frame })),
});
export type ClosuresLine = v.InferOutput<typeof closuresLine>;

/** What was reached by following references from open handles, timers, exports and globals. */
export const walkLine = threadLine('walk', {
  scanned: count,
  /** The time was up before the end. */
  cut: v.boolean(),
  /** Functions that there are several of, by where they begin. */
  functions: listOf(
    v.object({
      ...functionPlace,
      count,
      /** Of these, how many another function of the same place closes over. */
      chained: v.optional(count, 0),
    }),
  ),
  /** FinalizationRegistry objects that were met, by how they are held; absent: none. */
  registries: v.optional(listOf(holder)),
});
export type WalkLine = v.InferOutput<typeof walkLine>;
export type Walk = BodyOf<WalkLine>;
