// Collections that grow during a capture, and the code that adds entries to them. Pure data.
import type { CollectionType, GrowingCollection } from '../../signals/collections/wire.ts';
import type { Holder } from '../../wire/holder.ts';
import type { Frame } from '../frame.ts';

export type { CollectionType, InPlaceType } from '../../signals/collections/wire.ts';
export type { Holder as CollectionHolder } from '../../wire/holder.ts';

export type CollectionBound = NonNullable<GrowingCollection['bound']>;

export interface CollectionGrowth {
  thread: number;
  /** The same for one collection all through a recording. */
  id: number;
  type: CollectionType;
  /** A subclass's name where it is one: "LRUCache". */
  className: string;
  /** Of an emitter or an event target: the event with the most listeners. */
  event?: string;
  /** How many it has, at the last read; absent: not counted by event. */
  eventListeners?: number;
  /** What accumulates is no listeners, but signals that AbortSignal.any() made and that follow this one. */
  isFollowed?: boolean;
  /** Absent when no walk along references came to it. */
  holder?: Holder;
  /** How much it may hold at most, as the object that it belongs to says. */
  bound?: CollectionBound;
  /** How often it was found replaced by another one in the same place; absent: never. */
  replaced?: number;
  /** How many collections of one kind are taken together here; absent: it is one. */
  alike?: number;
  /** Of bytes: how many names there are for the same ones, which are told once; absent: one. */
  views?: number;
  /** Number of entries (or listeners) at each read. */
  sizes: { atMillis: number; entries: number }[];
  /** What the newest entry looks like: a class name or "string", "{id, name}". Never its content. */
  newestEntry: string;
  /** What one entry of plain data was seen to take, and its texts that may be parts of longer ones. */
  entry?: { bytes: number; texts: number };
  /** Where entries are added, innermost first, as caught while it happened; empty when none was caught. */
  insertions: Frame[][];
  /** What the source calls it at the place of insertion: "sessions", "this.cache". */
  holderName: string | null;
}
