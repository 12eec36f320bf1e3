// What an entry of a collection visibly takes: the length of its strings, and some bytes for each object. A string that was
// cut from a longer one keeps all of that, and JavaScript code cannot see it: an entry that costs far more than it seems to
// take is the sign.
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { GrowingCollection, ObjectType } from '../wire.ts';
import type { Shapes } from './shapes.ts';

export type EntryWeight = NonNullable<GrowingCollection['entry']>;

export interface EntryWeights {
  /** Undefined where an entry holds more than plain data, or too much to be seen at once. */
  weigh(collection: object, type: ObjectType): EntryWeight | undefined;
  /** What such an entry looks like, without its content; "" where there is none. */
  looksOfSome(collection: object, type: ObjectType): string;
}

const MOST_VALUES = 200;
const DEEPEST = 4;
/** An object, a slot, a number: a rough mean. */
const BYTES_EACH = 40;
/** V8 copies shorter ones. */
const LEAST_CUT = 13;

export function createEntryWeights(
  { own, keysOf, isObject, isVast, types, prototypeOf }: DataReads,
  { shapeOf }: Pick<Shapes, 'shapeOf'>,
): EntryWeights {
  /** Adds it up; false where it is no plain data. */
  const add = (value: unknown, weight: EntryWeight & { values: number }, depth: number): boolean => {
    weight.bytes += BYTES_EACH;
    if (typeof value === 'string') {
      weight.bytes += value.length;
      if (value.length >= LEAST_CUT) weight.texts++;
      return true;
    }
    if (typeof value === 'function') return false;
    if (!isObject(value)) return typeof value !== 'object' || value === null;
    if (types.isDate(value)) return true;
    const prototype = prototypeOf(value);
    const isPlain = Array.isArray(value) || prototype === null || prototype === Object.prototype;
    if (!isPlain || depth >= DEEPEST || isVast(value)) return false;
    const keys = keysOf(value).filter((key) => key !== 'length');
    weight.values += keys.length;
    if (weight.values > MOST_VALUES) return false;
    return keys.every((key) => {
      const property = Object.getOwnPropertyDescriptor(value, key);
      return property !== undefined && 'value' in property && add(property.value, weight, depth + 1);
    });
  };
  /** Any of them stands for all: the one that is cheapest to come to. */
  const someEntry = (collection: object, type: ObjectType): unknown[] => {
    if (type === 'Map') return Map.prototype.entries.call(collection).next().value ?? [];
    if (type === 'Set') return [Set.prototype.values.call(collection).next().value];
    if (type === 'Array') {
      const { length } = collection as unknown[];
      return length > 0 ? [own(collection, length - 1)] : [];
    }
    if (type !== 'Object' || isVast(collection)) return [];
    for (const key in collection) return [key, own(collection, key)];
    return [];
  };
  return {
    weigh(collection, type) {
      const parts = someEntry(collection, type);
      const weight = { bytes: 0, texts: 0, values: 0 };
      if (parts.length === 0 || !parts.every((part) => add(part, weight, 0))) return undefined;
      return { bytes: weight.bytes, texts: weight.texts };
    },
    looksOfSome(collection, type) {
      const parts = someEntry(collection, type);
      return parts.length === 0 ? '' : shapeOf(parts[parts.length - 1]);
    },
  };
}
