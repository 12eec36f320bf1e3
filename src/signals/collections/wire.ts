// Collections that grow, at one read. Each read has what is new since the read before.
import * as v from 'valibot';
import { holder } from '../../wire/holder.ts';
import { atMillis, type BodyOf, count, listOf, stack, text, threadLine } from '../../wire/parts.ts';

/** Texts, bytes, lists of objects that link to each other, and chains of those that inherit from each other, are no collections, but grow in one place as these do. */
export const collectionType = v.picklist([
  'Map',
  'Set',
  'Array',
  'Object',
  'EventEmitter',
  'EventTarget',
  'String',
  'Buffer',
  'List',
  'Chain',
]);
export type CollectionType = v.InferOutput<typeof collectionType>;
export type InPlaceType = Extract<CollectionType, 'String' | 'Buffer' | 'List' | 'Chain'>;
/** Of what is one object for as long as it grows. */
export type ObjectType = Exclude<CollectionType, InPlaceType>;

const growingCollection = v.object({
  /** The same in every read. */
  id: v.optional(count, 0),
  type: collectionType,
  /** A subclass's name where it is one: "LRUCache". */
  className: text,
  /** Of an emitter or target: the event with the most listeners. */
  event: v.optional(text),
  /** How many it has at this read. */
  eventListeners: v.optional(count),
  /** They are no listeners, but signals that AbortSignal.any() made and that follow this one. */
  isFollowed: v.optional(v.boolean()),
  /** Absent when the walk did not come to it. */
  holder: v.optional(holder),
  /** How often it was found replaced by another one in the same place: a copy that took over what it held. */
  replaced: v.optional(count),
  /** So many that are held alike, told together and anew at each read: `sizes` are those of all of them. */
  alike: v.optional(count),
  /** At this read; the first read of one also has those before. None where it was not counted: it is vast. KiB of a text or of bytes, objects of a chain. */
  sizes: v.array(v.object({ atMillis, entries: count })),
  /** How much it may hold at most, as the object that it belongs to says. */
  bound: v.optional(
    v.object({
      /** Of the field that says so. */
      name: text,
      limit: v.number(),
      /** At this read, in the unit of `limit`: entries, or a size of its own. */
      held: v.number(),
      /** A variable beside the collection, and no field of the object that it belongs to: it may be meant for something else. */
      isNearby: v.optional(v.boolean()),
    }),
  ),
  /** What the newest entry looks like: a class name or "string", "{id, name}". Never its content. */
  newestEntry: text,
  /**
   * What one entry of plain data and bytes can be seen to take, about, how many texts are in it that may be parts of longer ones, and its
   * smallest part of a larger buffer.
   */
  entry: v.optional(
    v.object({ bytes: count, texts: count, view: v.optional(v.object({ bytes: count, ofBytes: count })) }),
  ),
  /** Where entries were added, caught since the last read. */
  insertions: listOf(stack, 100),
});
export type GrowingCollection = v.InferOutput<typeof growingCollection>;

export const collectionsLine = threadLine('collections', { growing: v.array(growingCollection) });
export type CollectionsLine = v.InferOutput<typeof collectionsLine>;
export type CollectionsRead = BodyOf<CollectionsLine>;
