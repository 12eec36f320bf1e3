// What a collection can keep alive, told by its newest entry.
import type { CollectionGrowth } from '../../model/collection.ts';

const PRIMITIVE = /^(string|number|boolean|undefined|symbol|bigint)$/;

/** Primitive entries hold no memory outside of the heap: neither buffers nor native objects. */
export function holdsObjects({ newestEntry }: CollectionGrowth): boolean {
  return !PRIMITIVE.test(newestEntry);
}
