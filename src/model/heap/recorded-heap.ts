// What the heap snapshots in a recording show about the growth that was seen while recording. Pure data.
import type { HeapCollection, HeapGrowth } from './heap-report.ts';

export interface RecordedHeap {
  /** Who holds the collections that were seen growing. `collection` is the id of a CollectionGrowth of that thread. */
  holders: { thread: number; collection: number; held: HeapCollection }[];
  /** What grew from the first snapshot of a thread to its last, the most growing first. */
  growth: { thread: number; growth: HeapGrowth }[];
}

export const NO_RECORDED_HEAP: RecordedHeap = { holders: [], growth: [] };
