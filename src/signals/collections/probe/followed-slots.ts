// The places of what is watched, read again: a collection may have been replaced there by a longer copy of itself, a text by a
// longer one, the first node of a list by the next. An object that was replaced with all that it holds is followed, too.
import type { CollectionKinds } from './collection-kinds.ts';
import type { GrownInPlace } from './grown-in-place.ts';
import type { HeldSlots, Slot } from './held-slots.ts';
import { isInPlace, slotOf, type Tracked } from './tracked-entry.ts';

/** Places that only the inspector sees, asked what they hold now, at each read. */
const MOST_HIDDEN = 8;

export interface FollowedSlotsParts {
  kinds: CollectionKinds;
  slots: HeldSlots;
  inPlace: GrownInPlace;
  /** Collections that are watched already. */
  isTracked: WeakSet<object>;
}

interface Hidden {
  entry: Tracked;
  slot: Slot;
}

/** The function reads the places of all of these. */
export function createFollowedSlots({ kinds, slots, inPlace, isTracked }: FollowedSlotsParts) {
  const askHidden = (hidden: readonly Hidden[], take: (entry: Tracked, value: unknown) => void) => {
    const values = slots.ofHidden(hidden.map(({ slot }) => slot));
    for (const [i, { entry }] of hidden.entries()) take(entry, values[i]);
  };
  /** Of an object that is replaced with all that it holds: the one that has come into its place. */
  const renewOwner = (entry: Tracked, value: unknown) => {
    if (isObject(value) && value !== entry.owner?.deref()) entry.owner = new WeakRef(value);
  };
  const aboveOf = ({ above }: Tracked): Slot | null => {
    const object = above?.owner.deref();
    return above && object ? { holder: above.holder, owner: object } : null;
  };
  const renewOwners = (tracked: readonly Tracked[]) => {
    const hidden: Hidden[] = [];
    for (const entry of tracked) {
      const above = entry.holder?.kind === 'property' ? aboveOf(entry) : null;
      if (above?.holder.kind === 'property' && !slots.isHidden(above))
        renewOwner(entry, slots.ofProperty(above));
      else if (above && slots.isHidden(above) && hidden.length < MOST_HIDDEN && !entry.owner?.deref())
        hidden.push({ entry, slot: above });
    }
    askHidden(hidden, renewOwner);
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
  return (tracked: readonly Tracked[]): void => {
    inPlace.begin();
    const take = (entry: Tracked, value: unknown) => {
      const { type } = entry;
      if (!isInPlace(type)) return replace(entry, value);
      const size = inPlace.sizeOf(value, type);
      entry.inPlace = { size, shape: type === 'List' && size > 0 ? kinds.shapeOf(value) : '' };
    };
    renewOwners(tracked);
    const hidden: Hidden[] = [];
    for (const entry of tracked) {
      const slot = slotOf(entry);
      if (!slot) continue;
      if (!slots.isHidden(slot)) {
        if (slot.holder.kind === 'property') take(entry, slots.ofProperty(slot));
      } else if (hidden.length < MOST_HIDDEN && (isInPlace(entry.type) || !entry.ref.deref()))
        hidden.push({ entry, slot });
    }
    askHidden(hidden, take);
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
