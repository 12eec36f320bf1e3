// A part of the probe (see install-probe.ts: sent as text, whole by itself): which collections grow, and how many
// objects there are of each class. Everything is held weakly.
import type { CollectionKinds } from './collection-kinds.ts';
import type { CaughtInsertions, InsertionTraps } from './insertion-traps.ts';
import type {
  CollectionType,
  ProbeCensus,
  ProbeCollections,
  ProbeCore,
  ProbeHolder,
  ProbeWalk,
} from './probe-protocol.ts';
import type { ReferenceWalk } from './reference-walk.ts';

export interface CollectionWatch {
  /** Picks collections to watch among those that can be reached by references: little memory, and not all of them. */
  walk(deadlineMillis: number, longestChain: number): ProbeWalk;
  /** Goes through all live objects: counts them by class, and the first time picks the collections to watch. */
  census(objects: Iterable<object>, deadlineMillis: number): ProbeCensus;
  readCollections(atMillis: number, trapTop: number): ProbeCollections;
  /** One function of each of these classes, as the last census met them. */
  functionsOf(classes: string[]): (object | null)[];
  /** The collections of the last read, in its order, for asking the inspector about them. */
  growingObjects(): (object | null)[];
  ownHeapBytes(): number;
}

export interface CollectionWatchParts {
  kinds: CollectionKinds;
  traps: InsertionTraps;
  references: ReferenceWalk;
  /** Collections of the probe itself. */
  own: object[];
}

export function createCollectionWatch(
  core: ProbeCore,
  { kinds, traps, references, own }: CollectionWatchParts,
): CollectionWatch {
  const MAX_TRACKED = 4_000;
  const MAX_CLASSES = 20_000;
  const TOP_CLASSES = 400;
  /** Most functions are there once: those are no closures that pile up. */
  const LEAST_FUNCTIONS = 20;
  interface Tracked {
    id: number;
    ref: WeakRef<object>;
    type: CollectionType;
    holder: ProbeHolder | undefined;
    sizes: number[];
    caught: CaughtInsertions;
    /** How much of it a read has told already. */
    told: { sizes: number; stacks: number };
  }
  let tracked: Tracked[] = [];
  const readTimes: number[] = [];
  let growingRefs: WeakRef<object>[] = [];
  let hasTracked = false;
  const functions = new Map<string, WeakRef<object>>();

  interface Found {
    value: object;
    type: CollectionType;
    size: number;
    holder?: ProbeHolder;
  }
  const isTracked = new WeakSet<object>();
  let nextId = 0;
  const track = (found: Found[], lists: Set<object>) => {
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
        caught: { stacks: [], isSet: false, isOwn: false },
        told: { sizes: 0, stacks: 0 },
      });
    }
  };
  /** Notes the value where it is a collection worth watching. */
  const note = (value: object, holder: ProbeHolder | undefined, found: Found[], lists: Set<object>) => {
    const type = kinds.typeOf(value);
    if (!type || own.includes(value)) return;
    const least = kinds.leastSize(type);
    const size = kinds.sizeOf(value, type, least);
    if (size < least) return;
    found.push({ value, type, size, holder });
    const list = kinds.busiestEvent(value, type)?.list;
    if (list) lists.add(list);
  };

  const walk: CollectionWatch['walk'] = (deadlineMillis, longestChain) => {
    const found: Found[] = [];
    const lists = new Set<object>();
    const result = references.walk({ deadlineMillis, longestChain }, (value, holder) =>
      note(value, holder, found, lists),
    );
    track(found, lists);
    return result;
  };

  const census: CollectionWatch['census'] = (objects, deadlineMillis) => {
    const found: Found[] = [];
    const lists = new Set<object>();
    const classes = new Map<string, number>();
    const from = core.now();
    functions.clear();
    let scanned = 0;
    let isCut = false;
    for (const value of objects) {
      if ((++scanned & 1023) === 0 && core.now() - from > deadlineMillis) {
        isCut = true;
        break;
      }
      try {
        if (value === objects || own.includes(value)) continue;
        const name = kinds.classOf(value);
        const known = classes.get(name);
        if (known !== undefined || classes.size < MAX_CLASSES) classes.set(name, (known ?? 0) + 1);
        if (known === LEAST_FUNCTIONS && typeof value === 'function') functions.set(name, new WeakRef(value));
        if (!hasTracked) note(value, undefined, found, lists);
      } catch {}
    }
    if (!hasTracked) track(found, lists);
    hasTracked = true;
    const counts = [...classes].sort((a, b) => b[1] - a[1]).slice(0, TOP_CLASSES);
    return { scanned, tracked: tracked.length, cut: isCut, classes: counts };
  };

  const trapInsertions = (entry: Tracked, collection: object) => {
    const list = kinds.busiestEvent(collection, entry.type)?.list;
    if (list) traps.set(list, 'Array', entry.caught);
    else traps.set(collection, entry.type, entry.caught);
  };

  const lastOf = (entry: Tracked) => entry.sizes[entry.sizes.length - 1]!;
  const describe = (entry: Tracked, collection: object, atMillis: number) => {
    let newest = '';
    let className: string = entry.type;
    try {
      newest = kinds.newestOf(collection, entry.type, lastOf(entry));
      className = kinds.shapeOf(collection);
    } catch {}
    const { sizes, stacks } = entry.told;
    entry.told = { sizes: entry.sizes.length, stacks: entry.caught.stacks.length };
    return {
      id: entry.id,
      type: entry.type,
      className: className.startsWith('{') ? 'Object' : className,
      event: kinds.busiestEvent(collection, entry.type)?.name,
      holder: entry.holder,
      sizes: entry.sizes.flatMap((entries, i) =>
        i >= sizes && entries >= 0 ? [{ atMillis: readTimes[i] ?? atMillis, entries }] : [],
      ),
      newestEntry: newest,
      insertions: entry.caught.stacks.slice(stacks),
    };
  };

  const readCollections: CollectionWatch['readCollections'] = (atMillis, trapTop) => {
    const result: ProbeCollections = { growing: [] };
    try {
      for (const entry of tracked) {
        const collection = entry.ref.deref();
        entry.sizes.push(collection ? kinds.sizeOf(collection, entry.type, 200_000) : -1);
      }
      readTimes.push(atMillis);
      tracked = tracked.filter((entry) => !entry.caught.isOwn && lastOf(entry) >= 0);
      const growth = (entry: Tracked) => lastOf(entry) - entry.sizes.find((size) => size >= 0)!;
      const growing = tracked
        .filter((entry) => growth(entry) >= 2)
        .sort((a, b) => growth(b) - growth(a))
        .slice(0, 40);
      growingRefs = [];
      for (const [rank, entry] of growing.entries()) {
        try {
          const collection = entry.ref.deref();
          if (!collection) continue;
          if (rank < trapTop) trapInsertions(entry, collection);
          result.growing.push(describe(entry, collection, atMillis));
          growingRefs.push(entry.ref);
        } catch {}
      }
    } catch {}
    return result;
  };
  core.cleanups.push(() => {
    tracked = [];
    growingRefs = [];
    functions.clear();
  });

  return {
    walk,
    census,
    readCollections,
    functionsOf: (classes) => classes.map((name) => functions.get(name)?.deref() ?? null),
    growingObjects: () => growingRefs.map((ref) => ref.deref() ?? null),
    ownHeapBytes: () => tracked.length * 220,
  };
}
