// Collections that stand side by side and are of the same kind (`rooms.red`, `rooms.green`) are reported once.
import type { HeapCollection } from '../../model/heap/heap-report.ts';

export interface AlikeCollections {
  /** The biggest, as they are. */
  collection: HeapCollection;
  holders: number;
  /** Of all of them. */
  entries: number;
  retainedBytes: number;
}

/** In the order of the biggest of each. */
export function joinAlike(collections: readonly HeapCollection[]): AlikeCollections[] {
  const groups = new Map<string, AlikeCollections>();
  for (const collection of collections) {
    const { owner, steps } = collection.path;
    const last = steps.at(-1);
    const way = steps.slice(0, -1).map(({ kind, name }) => [kind, name]);
    const isNamed = last?.kind === 'property';
    const key = JSON.stringify([
      owner.kind,
      owner.name,
      owner.place?.script,
      way,
      isNamed ? collection.className : collection.objectId,
    ]);
    const { entries, retainedBytes } = collection;
    const known = groups.get(key);
    if (!known) groups.set(key, { collection, holders: 1, entries, retainedBytes });
    else {
      known.holders += 1;
      known.entries += entries;
      known.retainedBytes += retainedBytes;
    }
  }
  return [...groups.values()].sort((a, b) => b.retainedBytes - a.retainedBytes);
}
