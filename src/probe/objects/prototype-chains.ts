// Objects that inherit from each other, one more each time: what `Object.create(this)` makes where its result takes the place
// of `this`.

type PrototypeOf = (value: unknown) => object | null;

/** Hierarchies of classes, and loggers that belong to loggers, are a few deep. */
const LEAST_CHAIN = 16;

/** How many objects inherit from each other, from this one on; counting stops at `most`. */
export function chainLength(value: object, prototypeOf: PrototypeOf, most: number): number {
  let length = 0;
  for (let at: object | null = value; at && length < most; at = prototypeOf(at)) length++;
  return length;
}

/** Whether there are so many that it is no hierarchy of classes. */
export const isLongChain = (value: object, prototypeOf: PrototypeOf): boolean =>
  chainLength(value, prototypeOf, LEAST_CHAIN) === LEAST_CHAIN;
