// How the program holds an object: the name by which a walk along references reached it.
import * as v from 'valibot';
import { count, text } from './parts.ts';

export const holder = v.object({
  /** `entry`: in a collection that is held by that name. */
  kind: v.picklist(['variable', 'property', 'entry', 'global', 'exports', 'handle']),
  name: text,
  /** The function of a variable, or the class of a property. */
  of: text,
  /** Of a variable: where the function begins, 0-based. */
  at: v.optional(v.object({ url: text, line: count, column: count })),
});
/** By which name something is held. */
export type Holder = v.InferOutput<typeof holder>;
