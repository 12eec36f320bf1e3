// Whether a collection can be what makes the heap rise: what its entries would have to take each.
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import { HEAP_CAUSE } from '../thresholds/memory.ts';
import { areTexts, nodeFrameWords } from '../words/node-frame-words.ts';

/** Numbers hold nothing, and one text or object a second does not make megabytes. */
export function canHold(filled: GrowingCollection, growth: HeapGrowth, bytesPerSecond: number): boolean {
  const { collection, trend } = filled;
  const bytesPerEntry = bytesPerSecond / trend.slopePerSecond;
  if (collection.type === 'String') return bytesPerEntry <= HEAP_CAUSE.largestTextUnitBytes;
  const isOfNumbers = /^(number|boolean|undefined|symbol)$/.test(collection.newestEntry);
  return isOfNumbers && collection.type !== 'Object' && !keepsTexts(filled, growth)
    ? bytesPerEntry <= HEAP_CAUSE.largestPrimitiveBytes
    : bytesPerEntry <= HEAP_CAUSE.largestEntryBytes;
}

/**
 * Names with numbers, where what stays are whole texts that Node makes, or it is not known what: the names may be parts of texts, and so
 * may what a list beside it has at each number, as caches keep it.
 */
function keepsTexts({ collection, insertion }: GrowingCollection, growth: HeapGrowth): boolean {
  const [most] = growth.sites;
  return (
    insertion !== null &&
    (collection.entry?.texts ?? 0) > 0 &&
    // How much that place made says little: a busy program is asked for it seldom.
    (most === undefined || (most.blame.subject === null && areTexts(nodeFrameWords(most.frames))))
  );
}
