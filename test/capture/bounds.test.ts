// What a collection may hold at most: told by fields beside it, in entries or in a size of its own.
import { types } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import { createBounds } from '../../src/signals/collections/probe/bounds.ts';

const reads = createDataReads(types, () => performance.now());
const boundOf = (owner: object, entries: number) => createBounds(reads).boundOf(new Map(), owner, entries);

describe('a maximum is', () => {
  test.each([
    ['a number of entries', { max: 100, cache: null }, { name: 'max', limit: 100, held: 60 }],
    ['in a symbol of the owner', { [Symbol('max')]: 100 }, { name: 'max', limit: 100, held: 60 }],
    ['in the options of the owner', { options: { maxKeys: 80 } }, { name: 'maxKeys', limit: 80, held: 60 }],
    [
      'a size that the owner adds up',
      { max: 0, maxSize: 4_000, calculatedSize: 1_500, size: 60 },
      { name: 'maxSize', limit: 4_000, held: 1_500 },
    ],
    [
      'the one that is reached first',
      { maxEntries: 1_000, maxSize: 4_000, calculatedSize: 3_000 },
      { name: 'maxSize', limit: 4_000, held: 3_000 },
    ],
  ])('%s', (_, owner, bound) => {
    expect(boundOf(owner, 60)).toEqual(bound);
  });

  test.each([
    ['one that it holds more than already', { max: 50 }],
    ['none at all', { max: Number.POSITIVE_INFINITY }],
    ['an age', { maxAge: 60_000, maxAgeSeconds: 100 }],
    [
      'a number of listeners, retries or connections',
      { maxListeners: 100, maxRetries: 100, _maxListeners: 90 },
    ],
    ['behind an accessor', Object.defineProperty({}, 'max', { get: () => 100, enumerable: true })],
  ])('but not %s', (_, owner) => {
    expect(boundOf(owner, 60)).toBeUndefined();
  });

  test('in a private field, or in a variable beside the collection, which may be meant for something else', () => {
    const bounds = createBounds(reads);
    const [cache, remember] = [{}, () => {}];
    const group = { of: '', scope: 0 };
    bounds.note({ ...group, kind: 'private', owner: cache, fields: { '#max': 100, '#map': new Map() } });
    bounds.note({ ...group, kind: 'scope', owner: remember, fields: { MAX_ENTRIES: 200, seen: new Map() } });
    expect(bounds.boundOf(new Map(), cache, 60)).toEqual({ name: '#max', limit: 100, held: 60 });
    expect(bounds.boundOf(new Map(), remember, 60)).toEqual({
      name: 'MAX_ENTRIES',
      limit: 200,
      held: 60,
      isNearby: true,
    });
  });
});

test('a private size is seen once, and goes on with the entries', () => {
  const bounds = createBounds(reads);
  const cache = {};
  const fields = { '#maxSize': 4_000, '#calculatedSize': 1_000, '#map': new Map() };
  bounds.note({ of: '', scope: 0, kind: 'private', owner: cache, fields });
  const held = [50, 60, 100].map((entries) => bounds.boundOf(new Map(), cache, entries)?.held);
  expect(held).toEqual([1_000, 1_200, 2_000]);
});

test('the keys of a vast object are not listed, and those of others are', () => {
  const vast = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`key${i}`, i]));
  expect([reads.isVast(vast), reads.keysOf(vast)]).toEqual([true, []]);
  expect([reads.isVast(new Array(100_000)), reads.isVast(new Uint8Array(100_000))]).toEqual([true, true]);
  expect(reads.keysOf({ a: 1, [Symbol.iterator]: 2 })).toEqual(['a', Symbol.iterator]);
});
