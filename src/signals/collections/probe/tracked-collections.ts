// Collections that are watched for growth, with their sizes at each read. Held weakly.
import type { ProbeCollections } from '../../../probe/probe-protocol.ts';
import { type Alike, alikeCollections } from './alike-collections.ts';
import type { Bounds } from './bounds.ts';
import type { CollectionKinds } from './collection-kinds.ts';
import type { EntryWeights } from './entry-weight.ts';
import { createFollowedSlots } from './followed-slots.ts';
import type { GrownInPlace } from './grown-in-place.ts';
import type { HeldSlots } from './held-slots.ts';
import type { InsertionTraps } from './insertion-traps.ts';
import { createNewPlaces, type FoundPlace } from './new-places.ts';
import { createToldCollections } from './told-collections.ts';
import {
  countWhenDue,
  type Growing,
  growthOf,
  type Held,
  isInPlace,
  lastOf,
  type Tracked,
} from './tracked-entry.ts';

/** What a walk has met: collections, lists that are parts of others, and what grows in one place. */
export interface Findings {
  found: ({ value: object; type: Growing['type']; size: number } & Held)[];
  lists: Set<object>;
  places: FoundPlace[];
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

const MAX_TRACKED = 4_000;
const MAX_TOLD = 40;
const MAX_ENTRIES = 200_000;
const LEAST_GROWTH = 2;
/** Of many that are alike. */
const TRAPPED_ALIKE = 3;

export interface TrackedParts {
  kinds: CollectionKinds;
  traps: InsertionTraps;
  bounds: Bounds;
  slots: HeldSlots;
  inPlace: GrownInPlace;
  weights: EntryWeights;
  now(): number;
}

export function createTrackedCollections(parts: TrackedParts): TrackedCollections {
  const { kinds, traps, slots, weights, now } = parts;
  let tracked: Tracked[] = [];
  let growingRefs: WeakRef<object>[] = [];
  const readTimes: number[] = [];
  const isTracked = new WeakSet<object>();
  const followSlots = createFollowedSlots({ ...parts, isTracked });
  const newPlaces = createNewPlaces(slots.isHidden);
  const told = createToldCollections(parts);
  const alikeIds = new Map<string, number>();
  let nextId = 0;

  /** Where no name is known, by what they hold. */
  const heldAlike = (value: object, type: Growing['type'], holder: Held['holder']): string => {
    const name = holder && `${holder.kind}|${holder.name}|${holder.of}`;
    const looks =
      name ?? (isInPlace(type) ? '' : `${kinds.shapeOf(value)}|${weights.looksOfSome(value, type)}`);
    return `${type}|${looks}|${readTimes.length}`;
  };
  const add = (value: object, type: Growing['type'], { holder, owner, above }: Held) => {
    tracked.push({
      id: nextId++,
      ref: new WeakRef(value),
      type,
      holder,
      owner: owner && new WeakRef(owner),
      above: above && { holder: above.holder, owner: new WeakRef(above.owner) },
      heldAlike: heldAlike(value, type, holder),
      replaced: 0,
      dueAt: 0,
      // It was not there, or not looked at, in the reads before.
      sizes: readTimes.map(() => Number.NaN),
      inPlace: { size: 0, shape: '' },
      caught: { stacks: [], isSet: false, isOwn: false, shapeOf: kinds.shapeOf },
      told: { sizes: 0, stacks: 0 },
    });
  };
  const track = ({ found, lists, places }: Findings) => {
    const room = MAX_TRACKED - tracked.length;
    // The biggest first: what is small when the list is full is not what fills the heap.
    if (found.length > room) found.sort((a, b) => b.size - a.size);
    for (const { value, type, ...held } of found) {
      // An emitter's lists are counted with the emitter.
      if (tracked.length >= MAX_TRACKED || lists.has(value) || isTracked.has(value)) continue;
      isTracked.add(value);
      add(value, type, held);
    }
    for (const { value, type, ...held } of newPlaces(places)) add(value, type, held);
  };
  const sizeOf = (entry: Tracked, atMillis: number): number => {
    const collection = entry.ref.deref();
    const { type } = entry;
    if (!collection) return -1;
    if (isInPlace(type)) return entry.inPlace.size;
    return countWhenDue(entry, atMillis, now, () => kinds.sizeOf(collection, type, MAX_ENTRIES));
  };
  const readSizes = (atMillis: number) => {
    followSlots(tracked);
    for (const entry of tracked) entry.sizes.push(sizeOf(entry, atMillis));
    readTimes.push(atMillis);
    tracked = tracked.filter((entry) => !entry.caught.isOwn && lastOf(entry) >= 0);
  };
  const setTrap = ({ type, ref, caught }: Tracked) => {
    const collection = ref.deref();
    if (!collection || isInPlace(type)) return;
    const { list, followers } = kinds.busiestEvent(collection, type) ?? {};
    if (list) traps.set(list, 'Array', caught);
    else if (followers) traps.set(followers, 'Set', caught);
    else traps.set(collection, type, caught);
  };
  const idOf = ({ key }: Alike): number => {
    const id = alikeIds.get(key) ?? nextId++;
    alikeIds.set(key, id);
    return id;
  };
  const tellAll = (top: readonly Tracked[], alike: readonly Alike[]): Growing[] => {
    const growing: Growing[] = [];
    const tell = ({ ref }: Tracked, what: (collection: object) => Growing) => {
      const collection = ref.deref();
      try {
        if (collection) growingRefs[growing.push(what(collection)) - 1] = ref;
      } catch {}
    };
    growingRefs = [];
    for (const entry of top) tell(entry, (collection) => told.tell(entry, collection, readTimes));
    for (const each of alike)
      tell(each.growing[0]!, (collection) => told.tellAlike(each, collection, idOf(each)));
    return growing;
  };
  return {
    get count() {
      return tracked.length;
    },
    track,
    read(atMillis, trapTop) {
      try {
        readSizes(atMillis);
        const top = fastest(tracked);
        const alike = alikeCollections(tracked, readTimes, (entry) => top.includes(entry));
        // What is slow by itself may be fast together: of these, too, it is asked who adds to them.
        const slow = trapTop > 0 ? alike.flatMap(({ growing }) => growing.slice(0, TRAPPED_ALIKE)) : [];
        for (const entry of [...top.slice(0, trapTop), ...slow]) setTrap(entry);
        return { growing: tellAll(top, alike) };
      } catch {
        return { growing: [] };
      }
    },
    growingObjects: () => growingRefs.map((ref) => ref.deref() ?? null),
    clear() {
      tracked = [];
      growingRefs = [];
    },
  };
}

function fastest(tracked: readonly Tracked[]): Tracked[] {
  return tracked
    .filter((entry) => growthOf(entry) >= LEAST_GROWTH)
    .sort((a, b) => growthOf(b) - growthOf(a))
    .slice(0, MAX_TOLD);
}
