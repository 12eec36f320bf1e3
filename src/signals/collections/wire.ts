// Collections that grow, at one read. Each read has what is new since the read before.
import * as v from 'valibot';
import { holder } from '../../wire/holder.ts';
import { atMillis, type BodyOf, count, listOf, stack, text, threadLine } from '../../wire/parts.ts';

export const collectionType = v.picklist(['Map', 'Set', 'Array', 'Object', 'EventEmitter', 'EventTarget']);
export type CollectionType = v.InferOutput<typeof collectionType>;

const growingCollection = v.object({
  /** The same in every read. */
  id: v.optional(count, 0),
  type: collectionType,
  /** A subclass's name where it is one: "LRUCache". */
  className: text,
  /** Of an emitter or target: the event with the most listeners. */
  event: v.optional(text),
  /** Absent when the walk did not come to it. */
  holder: v.optional(holder),
  /** At this read; the first read of one also has those before. */
  sizes: v.pipe(v.array(v.object({ atMillis, entries: count })), v.minLength(1)),
  /** What the newest entry looks like: a class name or "string", "{id, name}". Never its content. */
  newestEntry: text,
  /** Where entries were added, caught since the last read. */
  insertions: listOf(stack, 100),
});
export type GrowingCollection = v.InferOutput<typeof growingCollection>;

export const collectionsLine = threadLine('collections', { growing: v.array(growingCollection) });
export type CollectionsLine = v.InferOutput<typeof collectionsLine>;
export type CollectionsRead = BodyOf<CollectionsLine>;
