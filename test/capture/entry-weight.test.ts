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
    ['a DataView', [new DataView(new ArrayBuffer(10))], 'Array'],
    ['memory that threads share', [new Uint8Array(new SharedArrayBuffer(10))], 'Array'],
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

  test.each([
    ['a buffer as a whole', [new Uint8Array(100)], 40 + 100, undefined],
    [
      'a part of one',
      [{ head: Buffer.alloc(220_000).subarray(0, 32) }],
      80 + 32,
      { bytes: 32, ofBytes: 220_000 },
    ],
    [
      'parts of several: the smallest',
      [[Buffer.alloc(9_000).subarray(0, 80), Buffer.alloc(20_000).subarray(0, 16)]],
      120 + 96,
      { bytes: 16, ofBytes: 20_000 },
    ],
  ] as const)('with bytes: %s', (_, list, bytes, view) => {
    expect(weigh(list as unknown as object, 'Array')).toEqual({ bytes, texts: 0, ...(view && { view }) });
  });

  test('with bytes that have an accessor of the program in the way runs none of its code', () => {
    const part = Buffer.alloc(9_000).subarray(0, 80);
    for (const name of ['buffer', 'byteLength'])
      Object.defineProperty(part, name, { get: () => expect.unreachable(name) });
    expect(weigh([part], 'Array')).toEqual({ bytes: 120, texts: 0, view: { bytes: 80, ofBytes: 9_000 } });
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
