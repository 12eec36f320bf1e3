// Collections that are watched for growth, with their sizes at each read. Held weakly.
import type { ProbeCollections, ProbeHolder } from '../../../probe/probe-protocol.ts';
import type { Bounds } from './bounds.ts';
import type { CollectionKinds } from './collection-kinds.ts';
import type { HeldSlots, Slot } from './held-slots.ts';
import type { CaughtInsertions, InsertionTraps } from './insertion-traps.ts';

type Growing = ProbeCollections['growing'][number];

/** By which name it is held, and by which object or function. */
export interface Held {
  holder?: ProbeHolder | undefined;
  owner?: object | undefined;
  /** How that one is held in its turn. */
  above?: Slot | undefined;
}

/** What a walk has met: collections, and lists that are parts of others. */
export interface Findings {
  found: ({ value: object; type: Growing['type']; size: number } & Held)[];
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
  owner: WeakRef<object> | undefined;
  above: { holder: ProbeHolder; owner: WeakRef<object> } | undefined;
  /** How often another one of its type was found in its place. */
  replaced: number;
  /** At each read; NaN where it was not counted. */
  sizes: number[];
  caught: CaughtInsertions;
  /** How much of it a read has told already. */
  told: { sizes: number; stacks: number };
  /** When it may be counted again. */
  dueAt: number;
}

const MAX_TRACKED = 4_000;
const MAX_TOLD = 40;
const MAX_ENTRIES = 200_000;
const LEAST_GROWTH = 2;
/** Times of what it took, until it is counted again: keys of a large object are sorted each time. */
const RESTS = 150;
const CHEAP_MILLIS = 1;
/** Variables whose collection is gone that are asked what they hold now, at each read. */
const MOST_VARIABLES = 8;

export interface TrackedParts {
  kinds: CollectionKinds;
  traps: InsertionTraps;
  bounds: Bounds;
  slots: HeldSlots;
  now(): number;
}

export function createTrackedCollections({
  kinds,
  traps,
  bounds,
  slots,
  now,
}: TrackedParts): TrackedCollections {
  let tracked: Tracked[] = [];
  let growingRefs: WeakRef<object>[] = [];
  const readTimes: number[] = [];
  const isTracked = new WeakSet<object>();
  let nextId = 0;

  const track = ({ found, lists }: Findings) => {
    const room = MAX_TRACKED - tracked.length;
    // The biggest first: what is small when the list is full is not what fills the heap.
    if (found.length > room) found.sort((a, b) => b.size - a.size);
    for (const { value, type, holder, owner, above } of found) {
      // An emitter's lists are counted with the emitter.
      if (tracked.length >= MAX_TRACKED || lists.has(value) || isTracked.has(value)) continue;
      isTracked.add(value);
      tracked.push({
        id: nextId++,
        ref: new WeakRef(value),
        type,
        holder,
        owner: owner && new WeakRef(owner),
        above: above && { holder: above.holder, owner: new WeakRef(above.owner) },
        replaced: 0,
        dueAt: 0,
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
    const { id, type, holder, owner, replaced, sizes, caught, told } = entry;
    entry.told = { sizes: sizes.length, stacks: caught.stacks.length };
    return {
      id,
      type,
      className: classNameOf(kinds, collection, type),
      event: kinds.busiestEvent(collection, type)?.name,
      holder,
      ...(replaced > 0 && { replaced }),
      bound: bounds.boundOf(collection, owner?.deref(), lastOf(entry)),
      sizes: sizes.flatMap((entries, i) =>
        i >= told.sizes && entries >= 0 ? [{ atMillis: readTimes[i]!, entries }] : [],
      ),
      newestEntry: caught.newest ?? newestOf(kinds, collection, entry),
      insertions: caught.stacks.slice(told.stacks),
    };
  };
  const slotOf = ({ holder, owner }: Tracked): Slot | null => {
    const object = owner?.deref();
    return holder && object ? { holder, owner: object } : null;
  };
  /** Of an object that is replaced with all that it holds: the one that has come into its place. */
  const renewOwner = (entry: Tracked, value: unknown) => {
    if (isObject(value) && value !== entry.owner?.deref()) entry.owner = new WeakRef(value);
  };
  const aboveOf = ({ above }: Tracked): Slot | null => {
    const object = above?.owner.deref();
    return above && object ? { holder: above.holder, owner: object } : null;
  };
  /** The collection that has come into the place of the one that was tracked. */
  const replace = (entry: Tracked, value: unknown) => {
    if (!isObject(value) || value === entry.ref.deref() || isTracked.has(value)) return;
    if (kinds.typeOf(value) !== entry.type) return;
    isTracked.add(value);
    entry.ref = new WeakRef(value);
    entry.replaced++;
    entry.caught.isSet = false;
  };
  const renewOwners = () => {
    const gone: { entry: Tracked; slot: Slot }[] = [];
    for (const entry of tracked) {
      const above = entry.holder?.kind === 'property' ? aboveOf(entry) : null;
      if (above?.holder.kind === 'property') renewOwner(entry, slots.ofProperty(above));
      else if (above?.holder.kind === 'variable' && gone.length < MOST_VARIABLES && !entry.owner?.deref())
        gone.push({ entry, slot: above });
    }
    const values = slots.ofVariables(gone.map(({ slot }) => slot));
    for (const [i, { entry }] of gone.entries()) renewOwner(entry, values[i]);
  };
  const followSlots = () => {
    renewOwners();
    const gone: { entry: Tracked; slot: Slot }[] = [];
    for (const entry of tracked) {
      const slot = slotOf(entry);
      if (!slot) continue;
      if (slot.holder.kind === 'property') replace(entry, slots.ofProperty(slot));
      else if (slot.holder.kind === 'variable' && gone.length < MOST_VARIABLES && !entry.ref.deref())
        gone.push({ entry, slot });
    }
    const values = slots.ofVariables(gone.map(({ slot }) => slot));
    for (const [i, { entry }] of gone.entries()) replace(entry, values[i]);
  };
  const readSizes = (atMillis: number) => {
    followSlots();
    for (const entry of tracked) {
      const collection = entry.ref.deref();
      if (!collection) entry.sizes.push(-1);
      else if (entry.dueAt > atMillis) entry.sizes.push(Number.NaN);
      else {
        const from = now();
        entry.sizes.push(kinds.sizeOf(collection, entry.type, MAX_ENTRIES));
        const took = now() - from;
        if (took > CHEAP_MILLIS) entry.dueAt = atMillis + took * RESTS;
      }
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

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function lastOf({ sizes }: Tracked): number {
  let at = sizes.length - 1;
  while (at > 0 && Number.isNaN(sizes[at])) at--;
  return sizes[at]!;
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
