// Maps, sets, arrays, plain objects and emitters that hold more after each round. All of them are measured twice, before
// and after the first measured round; from then on only those that grew are followed, weakly.
import { types } from 'node:util';
import { createDataReads } from '../../probe/objects/data-reads.ts';
import type { ObjectType } from '../../probe/probe-protocol.ts';
import {
  type CollectionKinds,
  createCollectionKinds,
} from '../../signals/collections/probe/collection-kinds.ts';
import {
  type CaughtInsertions,
  createInsertionTraps,
} from '../../signals/collections/probe/insertion-traps.ts';
import { makerOf, withinBody } from './noise.ts';
import type { OwnInspector, RawStack } from './own-inspector.ts';
import { nowMillis } from './real-time.ts';

export interface GrowingCollection {
  type: ObjectType;
  className: string;
  event?: string;
  newestEntry: string;
  /** Entries before the first measured round, and after each. */
  sizes: number[];
  /** Who added, caught in the act. */
  insertions: RawStack[];
}

export interface CollectionGrowth {
  /** Before the first measured round. False when there are too many objects to go through. */
  measureAll(): boolean;
  /** After the first: picks those that grew, but for `own`: what this check keeps itself. */
  pickGrown(leastEntries: number, own: ReadonlySet<object>): void;
  /** After further rounds. Lets go of those that did not grow as `isGrowing` asks. */
  follow(isGrowing: (sizes: readonly number[]) => boolean): void;
  readonly count: number;
  /** Catches who adds to those that are left, from now on. */
  setTraps(): void;
  /** Entries of each now, in the order of `growing`. */
  growing(): GrowingCollection[];
  stop(): void;
}

const LONGEST_MILLIS = 1_500;
/** An object without keys is no collection yet. */
const LEAST_KEYS = 1;
const MOST_FOLLOWED = 2_000;
const MOST_TRAPPED = 60;
const MOST_ENTRIES = 200_000;

interface Followed {
  ref: WeakRef<object>;
  type: ObjectType;
  sizes: number[];
  caught: CaughtInsertions;
}

export function createCollectionGrowth(inspector: OwnInspector): CollectionGrowth {
  const reads = createDataReads(types, nowMillis);
  const kinds = createCollectionKinds(reads);
  const cleanups: (() => void)[] = [];
  const config = { url: 'culprit:testing' };
  const traps = createInsertionTraps({ config, cleanups, isStopped: () => false, reads });
  let before = new WeakMap<object, number>();
  let followed: Followed[] = [];

  const each = (visit: (object: object, type: ObjectType, size: number) => void): boolean => {
    const from = nowMillis();
    let seen = 0;
    for (const object of inspector.allObjects()) {
      if ((++seen & 1023) === 0 && nowMillis() - from > LONGEST_MILLIS) return false;
      try {
        const type = kinds.typeOf(object);
        const size = type ? kinds.sizeOf(object, type, MOST_ENTRIES) : -1;
        if (type && size >= (type === 'Object' ? LEAST_KEYS : 0)) visit(object, type, size);
      } catch {}
    }
    return true;
  };
  return {
    measureAll() {
      const sizes = new WeakMap<object, number>();
      const isWhole = each((object, _type, size) => sizes.set(object, size));
      before = sizes;
      return isWhole;
    },
    pickGrown(leastEntries, own) {
      const lists = new Set<unknown>();
      each((object, type, size) => {
        const was = before.get(object);
        if (
          was === undefined ||
          own.has(object) ||
          size - was <= leastEntries ||
          followed.length >= MOST_FOLLOWED
        )
          return;
        // An emitter's own list of listeners is counted with the emitter.
        lists.add(kinds.busiestEvent(object, type)?.list);
        const caught: CaughtInsertions = { stacks: [], isSet: false, isOwn: false };
        followed.push({ ref: new WeakRef(object), type, sizes: [was, size], caught });
      });
      before = new WeakMap();
      followed = followed.filter(({ ref }) => !lists.has(ref.deref()));
    },
    follow(isGrowing) {
      followed = followed.filter((entry) => {
        const object = entry.ref.deref();
        const size = object ? kinds.sizeOf(object, entry.type, MOST_ENTRIES) : -1;
        entry.sizes.push(size);
        return size >= 0 && isGrowing(entry.sizes);
      });
    },
    get count() {
      return followed.length;
    },
    setTraps() {
      const grown = ({ sizes }: Followed) => sizes.at(-1)! - sizes[0]!;
      for (const { ref, type, caught } of followed
        .sort((a, b) => grown(b) - grown(a))
        .slice(0, MOST_TRAPPED)) {
        const object = ref.deref();
        if (!object) continue;
        const list = kinds.busiestEvent(object, type)?.list;
        if (list) traps.set(list, 'Array', caught);
        else traps.set(object, type, caught);
      }
    },
    growing: () => followed.flatMap((entry) => describe(entry, kinds) ?? []),
    stop() {
      for (const cleanup of cleanups.splice(0)) cleanup();
      followed = [];
      before = new WeakMap();
    },
  };
}

function describe({ ref, type, sizes, caught }: Followed, kinds: CollectionKinds): GrowingCollection | null {
  const object = ref.deref();
  if (!object) return null;
  const shape = kinds.shapeOf(object);
  return {
    type,
    className: shape.startsWith('{') ? 'Object' : shape,
    event: kinds.busiestEvent(object, type)?.name,
    newestEntry: kinds.newestOf(object, type, sizes.at(-1)!),
    sizes,
    insertions: caught.stacks.filter((stack) => makerOf(stack) !== null).map(withinBody),
  };
}
