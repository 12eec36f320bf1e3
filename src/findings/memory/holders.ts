// What a collection can keep alive, inferred from its newest entry; and the words for one that grows along with other
// memory.
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { Evidence } from '../../model/finding.ts';
import type { CollectionGrowth } from '../../model/memory/collection.ts';

const PRIMITIVE = /^(string|number|boolean|undefined|symbol|bigint)$/;

/** Primitive entries hold no memory outside of the heap: neither buffers nor native objects. */
export function holdsObjects({ newestEntry }: CollectionGrowth): boolean {
  return !PRIMITIVE.test(newestEntry);
}

/** "Map `frames`" */
export function sayHolder({ collection: { type, holderName } }: GrowingCollection): string {
  return `${type}${holderName ? ` \`${holderName}\`` : ''}`;
}

/** "Map of Buffer: 12 to 90 entries" */
export function entriesEvidence({ collection, trend }: GrowingCollection, more = ''): Evidence {
  const entries = collection.newestEntry || 'entries';
  return {
    source: 'census',
    statement: `${collection.type} of ${entries}: ${trend.first} to ${trend.last} entries${more}`,
  };
}

/** " of worker thread 2"; nothing of the main thread. */
export const ofThread = (thread: number): string => (thread === 0 ? '' : ` of worker thread ${thread}`);
