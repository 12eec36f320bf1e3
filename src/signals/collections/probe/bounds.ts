// How much a collection may hold at most, as far as a field of the object that it belongs to says so: `max`, `maxSize`,
// `capacity`, in entries or in a size of its own. Reads fields only.

import { isLetter, keepOnly } from '../../../model/owner/ascii.ts';
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

/** A limit is one of the second list, with one at most of each of the others around it: "cacheMaxSize", "capacity", "max". */
const LIMIT_PARTS = [
  'cache lru entries entry items item keys',
  'maximum max capacity',
  'cached cache lru',
  'size entries keys items length elements count records',
].map((words) => words.split(' '));
const LIMITS = ['cachesize', 'lrusize'].concat(
  ['size', 'cache', 'lru', 'entries', 'entry', 'items', 'item'].map((word) => `${word}limit`),
);
/** A size that entries are weighed by, where they are not counted. */
const WEIGHT_PARTS = ['calculated current total used stored', 'size length bytes weight cost'].map((words) =>
  words.split(' '),
);
const OPTIONS = ['options', 'opts', '_options', 'config'];
const MOST_KEYS = 64;

/** Letters of a name, whatever its style: "MAX_SIZE", "#maxSize" and Symbol(max-size) are "maxsize". */
const plain = (name: string): string => keepOnly(name.toLowerCase(), isLetter);

/** What follows one of these words at the start; undefined: none is there. */
const after = (words: string[] | undefined, text: string): string | undefined => {
  const word = words?.find((known) => text.startsWith(known));
  return word === undefined ? undefined : text.slice(word.length);
};

function isLimit(word: string): boolean {
  const [before, limit, what, unit] = LIMIT_PARTS;
  const rest = after(limit, after(before, word) ?? word) ?? after(limit, word);
  if (rest === undefined) return LIMITS.includes(word);
  const counted = after(what, rest) ?? rest;
  return counted === '' || after(unit, counted) === '';
}

function isWeight(word: string): boolean {
  const [before, size] = WEIGHT_PARTS;
  return after(size, after(before, word) ?? word) === '';
}

interface Numbers {
  limits: Map<string, number>;
  weights: Map<string, number>;
}

export function createBounds({ own, keysOf, isObject }: DataReads): Bounds {
  /** `entries`: how many there were when a weight was seen that is not read again. */
  const noted = new WeakMap<object, Numbers & { isScope: boolean; entries?: number }>();

  const add = (numbers: Numbers, name: string, value: unknown) => {
    if (typeof value !== 'number' || !(value > 0) || value === Number.POSITIVE_INFINITY) return;
    if (isLimit(plain(name))) numbers.limits.set(name.slice(0, 100), value);
    else if (isWeight(plain(name))) numbers.weights.set(name, value);
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
