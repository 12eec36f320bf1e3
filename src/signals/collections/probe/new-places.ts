// Which of the places that a walk has met are to be watched: each once, the largest first, and of those that only the
// inspector sees no more than can be queried at each read.
import type { InPlaceType } from '../wire.ts';
import type { Slot } from './held-slots.ts';
import type { Held } from './tracked-entry.ts';

/** `value` is who holds it. */
export type FoundPlace = { value: object; type: InPlaceType; size: number } & Held;

const MOST = 300;
const MOST_HIDDEN = 6;

/** The function returns those that are new. */
export function createNewPlaces(isHidden: (slot: Slot) => boolean) {
  const variables = new Set<string>();
  const properties = new WeakMap<object, Set<string>>();
  let count = 0;
  let hidden = 0;

  /** All functions of one scope lead to its variables: these are told apart by what they hold. */
  const isNew = ({ value, type, holder, size }: FoundPlace): boolean => {
    const isVariable = holder?.kind === 'variable';
    const known = isVariable ? variables : (properties.get(value) ?? new Set());
    const name = isVariable ? `${holder.name} ${holder.at?.url} ${size}` : (holder?.name ?? '');
    // Both ends of a list are held, mostly.
    const names = type === 'List' && !isVariable ? [name, `list of ${size}`] : [name];
    if (names.some((each) => known.has(each))) return false;
    for (const each of names) known.add(each);
    if (!isVariable) properties.set(value, known);
    return true;
  };
  return (found: readonly FoundPlace[]): FoundPlace[] =>
    [...found]
      .sort((a, b) => b.size - a.size)
      .filter((place) => {
        const isOfHidden =
          place.holder !== undefined && isHidden({ holder: place.holder, owner: place.value });
        if (count >= MOST || (isOfHidden && hidden >= MOST_HIDDEN) || !isNew(place)) return false;
        count++;
        if (isOfHidden) hidden++;
        return true;
      });
}
