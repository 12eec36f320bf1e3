// Where CPU time went: the call tree of a thread, and the time of each package.
import * as v from 'valibot';
import { FRAME_OWNERS, PICTURE_BOUNDS as MOST } from '../names.ts';
import { amount, count, text } from '../scalars.ts';
import { place } from './parts.ts';

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
export const packageTime = v.object({ name: text, owner: v.picklist(FRAME_OWNERS), millis: amount });
export type PackageTime = v.InferOutput<typeof packageTime>;
