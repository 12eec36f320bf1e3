// What holds the object that a finding blames, where a heap snapshot was taken.
import type { Facts } from '../../analysis/facts.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { HeapCollection } from '../../model/heap/heap-report.ts';

/** The collection that accumulates, as the snapshot has it: by its identity; without one, what grew most in the thread. */
export function heldCollection(
  filled: GrowingCollection | null,
  thread: number,
  facts: Facts,
): HeapCollection | null {
  const { holders, growth } = facts.observations.heap;
  const id = filled?.collection.id;
  return id === undefined
    ? (growth.find((grown) => grown.thread === thread)?.growth.collection ?? null)
    : (holders.find((holder) => holder.thread === thread && holder.collection === id)?.held ?? null);
}
