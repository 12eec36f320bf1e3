// What an entry of a collection can be seen to take: plain data only, and a bounded look.
import { types } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import { createEntryWeights } from '../../src/signals/collections/probe/entry-weight.ts';
import { createShapes } from '../../src/signals/collections/probe/shapes.ts';

const reads = createDataReads(types, () => performance.now());
const { weigh, looksOfSome } = createEntryWeights(reads, createShapes(reads));
const TITLE = 'A story about rivers';

describe('an entry', () => {
  test.each([
    [
      'of a map: its key and its value',
      new Map([['/a', { title: TITLE, at: 7 }]]),
      'Map',
      40 * 4 + 2 + 20,
      1,
    ],
    ['of a set', new Set([TITLE]), 'Set', 40 + 20, 1],
    ['of an array: the last one', ['short', [TITLE, TITLE]], 'Array', 40 * 3 + 40, 2],
    ['of an object used as a map', { key: TITLE }, 'Object', 40 * 2 + 3 + 20, 1],
    ['without a long text', new Map([[1, 2]]), 'Map', 80, 0],
  ] as const)('%s', (_, collection, type, bytes, texts) => {
    expect(weigh(collection, type)).toEqual({ bytes, texts });
  });

  test.each([
    ['a function', new Set([() => TITLE]), 'Set'],
    ['an instance of a class', new Map([['k', new URL('http://127.0.0.1')]]), 'Map'],
    ['bytes', [new Uint8Array(10)], 'Array'],
    [
      'what an accessor hides',
      [
        {
          get title() {
            return TITLE;
          },
        },
      ],
      'Array',
    ],
    ['more than can be seen at once', [Array.from({ length: 300 }, () => TITLE)], 'Array'],
    [
      'itself',
      [
        (() => {
          const self: unknown[] = [];
          self.push(self);
          return self;
        })(),
      ],
      'Array',
    ],
  ] as const)('is not weighed where it holds %s', (_, collection, type) => {
    expect(weigh(collection, type)).toBeUndefined();
  });

  test('looks like its value', () => {
    const looks = [
      looksOfSome(new Map([['k', { id: 1 }]]), 'Map'),
      looksOfSome(new Set(['x']), 'Set'),
      looksOfSome({ key: new Date(0) }, 'Object'),
      looksOfSome([], 'Array'),
      looksOfSome(new Map(), 'Map'),
    ];
    expect(looks).toEqual(['{id}', 'string', 'Date', '', '']);
  });

  test('of nothing is not weighed', () => {
    expect([weigh(new Map(), 'Map'), weigh([], 'Array'), weigh({}, 'Object')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
