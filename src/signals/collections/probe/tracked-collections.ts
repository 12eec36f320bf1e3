// Collections that are watched for growth, with their sizes at each read. Held weakly.
import type { ProbeCollections, ProbeHolder } from '../../../probe/probe-protocol.ts';
import type { CollectionKinds } from './collection-kinds.ts';
import type { CaughtInsertions, InsertionTraps } from './insertion-traps.ts';

type Growing = ProbeCollections['growing'][number];

/** What a walk has met: collections, and lists that are parts of others. */
export interface Findings {
  found: { value: object; type: Growing['type']; size: number; holder: ProbeHolder | undefined }[];
  lists: Set<object>;
}

export interface TrackedCollections {
  readonly count: number;
  /** Takes what is not tracked yet, as far as there is room. */
  track(findings: Findings): void;
  /** Reads all sizes; of those that grew most, `trapTop` get a trap. Never throws. */
  read(atMillis: number, trapTop: number): ProbeCollections;
  /** The collections of the last read, in its order. */
  growingObjects(): (object | null)[];
  clear(): void;
}

interface Tracked {
  id: number;
  ref: WeakRef<object>;
  type: Growing['type'];
  holder: ProbeHolder | undefined;
  sizes: number[];
  caught: CaughtInsertions;
  /** How much of it a read has told already. */
  told: { sizes: number; stacks: number };
}

const MAX_TRACKED = 4_000;
const MAX_TOLD = 40;
const MAX_ENTRIES = 200_000;
const LEAST_GROWTH = 2;

export function createTrackedCollections(kinds: CollectionKinds, traps: InsertionTraps): TrackedCollections {
  let tracked: Tracked[] = [];
  let growingRefs: WeakRef<object>[] = [];
  const readTimes: number[] = [];
  const isTracked = new WeakSet<object>();
  let nextId = 0;

  const track = ({ found, lists }: Findings) => {
    const room = MAX_TRACKED - tracked.length;
    // The biggest first: what is small when the list is full is not what fills the heap.
    if (found.length > room) found.sort((a, b) => b.size - a.size);
    for (const { value, type, holder } of found) {
      // An emitter's lists are counted with the emitter.
      if (tracked.length >= MAX_TRACKED || lists.has(value) || isTracked.has(value)) continue;
      isTracked.add(value);
      tracked.push({
        id: nextId++,
        ref: new WeakRef(value),
        type,
        holder,
        // It was not there, or not looked at, in the reads before.
        sizes: readTimes.map(() => Number.NaN),
        caught: { stacks: [], isSet: false, isOwn: false, shapeOf: kinds.shapeOf },
        told: { sizes: 0, stacks: 0 },
      });
    }
  };
  const setTrap = ({ type, caught }: Tracked, collection: object) => {
    const list = kinds.busiestEvent(collection, type)?.list;
    if (list) traps.set(list, 'Array', caught);
    else traps.set(collection, type, caught);
  };
  const describe = (entry: Tracked, collection: object): Growing => {
    const { id, type, holder, sizes, caught, told } = entry;
    entry.told = { sizes: sizes.length, stacks: caught.stacks.length };
    return {
      id,
      type,
      className: classNameOf(kinds, collection, type),
      event: kinds.busiestEvent(collection, type)?.name,
      holder,
      sizes: sizes.flatMap((entries, i) =>
        i >= told.sizes && entries >= 0 ? [{ atMillis: readTimes[i]!, entries }] : [],
      ),
      newestEntry: caught.newest ?? newestOf(kinds, collection, entry),
      insertions: caught.stacks.slice(told.stacks),
    };
  };
  const readSizes = (atMillis: number) => {
    for (const entry of tracked) {
      const collection = entry.ref.deref();
      entry.sizes.push(collection ? kinds.sizeOf(collection, entry.type, MAX_ENTRIES) : -1);
    }
    readTimes.push(atMillis);
    tracked = tracked.filter((entry) => !entry.caught.isOwn && lastOf(entry) >= 0);
  };
  return {
    get count() {
      return tracked.length;
    },
    track,
    read(atMillis, trapTop) {
      const result: ProbeCollections = { growing: [] };
      try {
        readSizes(atMillis);
        growingRefs = [];
        for (const [rank, entry] of fastest(tracked).entries()) {
          try {
            const collection = entry.ref.deref();
            if (!collection) continue;
            if (rank < trapTop) setTrap(entry, collection);
            result.growing.push(describe(entry, collection));
            growingRefs.push(entry.ref);
          } catch {}
        }
      } catch {}
      return result;
    },
    growingObjects: () => growingRefs.map((ref) => ref.deref() ?? null),
    clear() {
      tracked = [];
      growingRefs = [];
    },
  };
}

function lastOf({ sizes }: Tracked): number {
  return sizes[sizes.length - 1]!;
}

function fastest(tracked: readonly Tracked[]): Tracked[] {
  const growth = (entry: Tracked) => lastOf(entry) - entry.sizes.find((size) => size >= 0)!;
  return tracked
    .filter((entry) => growth(entry) >= LEAST_GROWTH)
    .sort((a, b) => growth(b) - growth(a))
    .slice(0, MAX_TOLD);
}

function classNameOf(kinds: CollectionKinds, collection: object, type: string): string {
  try {
    const shape = kinds.shapeOf(collection);
    return shape.startsWith('{') ? 'Object' : shape;
  } catch {
    return type;
  }
}

function newestOf(kinds: CollectionKinds, collection: object, entry: Tracked): string {
  try {
    return kinds.newestOf(collection, entry.type, lastOf(entry));
  } catch {
    return '';
  }
}
