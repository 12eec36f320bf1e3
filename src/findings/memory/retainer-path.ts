// What holds the object that a finding blames, where a heap snapshot was taken.
import type { Facts } from '../../analysis/facts.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { HeapCollection, HeapGrowth } from '../../model/heap/heap-report.ts';

/** The collection that accumulates, as the snapshot has it: by its identity; without one, what grew most in the thread. */
export function heldCollection(
  filled: GrowingCollection | null,
  thread: number,
  facts: Facts,
): HeapCollection | null {
  const { holders } = facts.observations.heap;
  const id = filled?.collection.id;
  return id === undefined
    ? (grownMost(thread, facts)?.collection ?? null)
    : (holders.find((holder) => holder.thread === thread && holder.collection === id)?.held ?? null);
}

/** What grew most in a thread from the first snapshot to the last. */
function grownMost(thread: number, { observations }: Facts): HeapGrowth | null {
  return observations.heap.growth.find((grown) => grown.thread === thread)?.growth ?? null;
}

/** The same where it is much, and the program's: heap snapshots then show what keeps the objects. */
export function clearlyGrown(thread: number, facts: Facts): HeapGrowth | null {
  const grown = grownMost(thread, facts);
  return grown?.isMinor === false && !grown.collection.isEngineOwned ? grown : null;
}
