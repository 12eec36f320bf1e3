// How much a collection may hold at most, as far as the object that it belongs to says so in a field: `max`, `maxSize`,
// `capacity`, in entries or in a size of its own. Reads fields only.

import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { ProbeCollections } from '../../../probe/probe-protocol.ts';
import type { FieldGroup } from '../../../probe/walk/field-group.ts';

export type Bound = NonNullable<ProbeCollections['growing'][number]['bound']>;

export interface Bounds {
  /** Notes what only the inspector sees: private fields, and the variables beside one. */
  note(group: FieldGroup): void;
  /** Of a collection with `entries` that `owner` holds in a field. Undefined: nothing says, or it holds more already. */
  boundOf(collection: object, owner: object | undefined, entries: number): Bound | undefined;
}

const LIMIT =
  /^(cache|lru|entries|entry|items?|keys)?(max|maximum|capacity)(imum)?(cached?|lru)?(size|entries|keys|items|length|elements|count|records)?$|^(cache|lru)size$|^(size|cache|lru|entries|entry|items?)limit$/;
/** A size that entries are weighed by, where they are not counted. */
const WEIGHT = /^(calculated|current|total|used|stored)?(size|length|bytes|weight|cost)$/;
const OPTIONS = ['options', 'opts', '_options', 'config'];
const MOST_KEYS = 64;

/** Letters of a name, whatever its style: "MAX_SIZE", "#maxSize" and Symbol(max-size) are "maxsize". */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

interface Numbers {
  limits: Map<string, number>;
  weights: Map<string, number>;
}

export function createBounds({ own, keysOf, isObject }: DataReads): Bounds {
  /** `entries`: how many there were when a weight was seen that is not read again. */
  const noted = new WeakMap<object, Numbers & { isScope: boolean; entries?: number }>();

  const add = (numbers: Numbers, name: string, value: unknown) => {
    if (typeof value !== 'number' || !(value > 0) || value === Number.POSITIVE_INFINITY) return;
    if (LIMIT.test(plain(name))) numbers.limits.set(name.slice(0, 100), value);
    else if (WEIGHT.test(plain(name))) numbers.weights.set(name, value);
  };
  const addFields = (numbers: Numbers, owner: unknown) => {
    if (!isObject(owner) || Array.isArray(owner)) return;
    for (const key of keysOf(owner).slice(0, MOST_KEYS))
      add(numbers, typeof key === 'symbol' ? (key.description ?? '') : String(key), own(owner, key));
  };
  return {
    note({ kind, owner, fields }) {
      if (kind === 'own') return;
      const numbers: Numbers = noted.get(owner) ?? { limits: new Map(), weights: new Map() };
      for (const name of Object.keys(fields)) add(numbers, name, fields[name]);
      if (numbers.limits.size > 0) noted.set(owner, { ...numbers, isScope: kind === 'scope' });
    },
    boundOf(collection, owner, entries) {
      const numbers: Numbers = { limits: new Map(), weights: new Map() };
      const known = owner && noted.get(owner);
      for (const [name, value] of known?.limits ?? []) numbers.limits.set(name, value);
      if (known) {
        known.entries ??= entries;
        for (const [name, value] of known.weights)
          numbers.weights.set(name, (value * entries) / known.entries);
      }
      addFields(numbers, collection);
      if (typeof owner !== 'function') addFields(numbers, owner);
      if (isObject(owner)) for (const name of OPTIONS) addFields(numbers, own(owner, name));
      const bound = fullest(numbers, entries);
      return bound && { ...bound, ...(known?.isScope && { isNearby: true }) };
    },
  };
}

/** Of several limits the one that is reached first. */
function fullest({ limits, weights }: Numbers, entries: number): Bound | undefined {
  let best: Bound | undefined;
  for (const [name, limit] of limits) {
    const weighed = [...weights.values()].filter((weight) => weight > entries && weight <= limit);
    const held = weighed.length > 0 ? Math.max(...weighed) : entries;
    if (held <= limit && (!best || held / limit > best.held / best.limit)) best = { name, limit, held };
  }
  return best;
}
