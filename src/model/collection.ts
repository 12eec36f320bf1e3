// Collections that grow while we look, and who puts entries into them. Pure data.
import type { Frame } from './frame.ts';

export interface CollectionGrowth {
  thread: number;
  type: 'Map' | 'Set' | 'Array' | 'Object';
  /** A subclass's name where it is one: "LRUCache". */
  className: string;
  /** Number of entries at each read. */
  sizes: { atMillis: number; entries: number }[];
  /** What the newest entry looks like: a class name or "string", "{id, name}". Never its content. */
  newestEntry: string;
  /** Where entries are added, innermost first, as caught while it happened; empty when none was caught. */
  insertions: Frame[][];
  /** What the source calls it at the place of insertion: "sessions", "this.cache". */
  holderName: string | null;
}
