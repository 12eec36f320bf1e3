// What a read reports of a collection that grows, and of many with the same kind of holder.
import type { InPlaceType, ObjectType } from '../wire.ts';
import type { Alike } from './alike-collections.ts';
import type { Bounds } from './bounds.ts';
import type { CollectionKinds } from './collection-kinds.ts';
import type { EntryWeights } from './entry-weight.ts';
import { type Growing, isInPlace, lastOf, type Tracked } from './tracked-entry.ts';

export interface ToldCollections {
  /** What is new since it was told last. `readTimes`: of the reads that its sizes belong to. */
  tell(entry: Tracked, collection: object, readTimes: readonly number[]): Growing;
  /** Told anew at each read: one that is gone counts no more. */
  tellAlike(alike: Alike, collection: object, id: number): Growing;
}

interface Needs {
  kinds: CollectionKinds;
  bounds: Bounds;
  weights: EntryWeights;
}

type Looks = Pick<Growing, 'className' | 'event' | 'eventListeners' | 'isFollowed' | 'newestEntry' | 'bound'>;

const MOST_STACKS_ALIKE = 6;

export function createToldCollections({ kinds, bounds, weights }: Needs): ToldCollections {
  const boundOf = (entry: Tracked, collection: object) =>
    bounds.boundOf(collection, entry.owner?.deref(), lastOf(entry));
  const looksOf = (entry: Tracked, collection: object): Looks => {
    const { type } = entry;
    if (isInPlace(type))
      return looksInPlace(type, entry, type === 'List' ? boundOf(entry, collection) : undefined);
    const busiest = kinds.busiestEvent(collection, type);
    return {
      className: classNameOf(kinds, collection, type),
      ...(busiest && { event: busiest.name, eventListeners: busiest.count }),
      ...(busiest?.followers && { isFollowed: true }),
      bound: boundOf(entry, collection),
      newestEntry: entry.caught.newest ?? newestOf(kinds, collection, { type, size: lastOf(entry) }),
    };
  };
  return {
    tell(entry, collection, readTimes) {
      const { id, type, holder, replaced, sizes, caught, told } = entry;
      entry.told = { sizes: sizes.length, stacks: caught.stacks.length };
      return {
        id,
        type,
        ...looksOf(entry, collection),
        holder,
        ...(replaced > 0 && { replaced }),
        sizes: sizes.flatMap((entries, i) =>
          i >= told.sizes && entries >= 0 ? [{ atMillis: readTimes[i]!, entries }] : [],
        ),
        // Of those only whose fillers are asked for: it is looked into.
        ...(caught.isSet && !isInPlace(type) && { entry: weights.weigh(collection, type) }),
        insertions: caught.stacks.slice(told.stacks),
      };
    },
    tellAlike({ growing, sizes }, collection, id) {
      const first = growing[0]!;
      const { type, holder } = first;
      return {
        id,
        type,
        ...looksOf(first, collection),
        holder,
        alike: growing.length,
        sizes,
        insertions: growing.flatMap(({ caught }) => caught.stacks).slice(0, MOST_STACKS_ALIKE),
      };
    },
  };
}

function looksInPlace(type: InPlaceType, { inPlace: { shape } }: Tracked, bound: Looks['bound']): Looks {
  const className = shape.startsWith('{') || shape === '' ? type : shape;
  return { className, newestEntry: shape, bound };
}

function classNameOf(kinds: CollectionKinds, collection: object, type: string): string {
  try {
    const shape = kinds.shapeOf(collection);
    return shape.startsWith('{') ? 'Object' : shape;
  } catch {
    return type;
  }
}

function newestOf(
  kinds: CollectionKinds,
  collection: object,
  { type, size }: { type: ObjectType; size: number },
): string {
  try {
    return kinds.newestOf(collection, type, size);
  } catch {
    return '';
  }
}
