// When the heap is looked at more closely: floors that scatter are no rise, and a leak is one after a few collections.
import { describe, expect, test } from 'vitest';
import { isFloorRising, isPlainlyRising, mayBeRising } from '../../src/capture/heap/ladder.ts';

const MB = 1e6;
/** Bytes after each collection, as seen in servers whose live data stays the same. */
const CALM = [
  [36.9, 36.7, 36.7, 36.5, 36.7, 36.7, 36.5, 36.8, 36.8, 36.7, 36.8, 36.8, 36.8, 36.7],
  [37.0, 36.5, 36.5, 36.5, 36.6, 36.5, 36.7, 36.5, 37.0, 36.4, 36.3, 36.4, 36.9, 37.1],
  [36.5, 36.7, 36.6, 36.5, 36.7, 36.5, 36.4, 36.5, 37.0, 37.0, 36.8, 36.7, 36.8, 36.7],
  [37.0, 36.7, 36.7, 36.7, 36.8, 36.5, 36.5, 36.3, 36.4, 36.7, 36.4, 36.2, 36.4, 36.4],
];
/** The same of servers that had started some seconds before: what they load and compile comes on top. */
const YOUNG = [
  [17.06, 17.36, 17.31, 18.07, 16.74, 16.78, 16.76, 16.91, 16.81, 16.83],
  [16.95, 17.31, 17.2, 17.63, 16.74, 16.48, 16.49, 16.66, 16.51, 16.53],
  [16.71, 17.28, 17.29, 17.63, 16.98, 16.44, 16.53, 16.82, 16.67, 17.39],
  [6.53, 6.69, 7.6, 7.36, 7.17, 6.98, 7.13, 7.43],
  [6.49, 7.05, 7.19, 7.44, 7.22, 6.94, 6.62, 6.67, 7.21, 6.49, 7.49],
  [6.76, 7.71, 7.79, 7.8, 7.85, 7.61, 7.76, 7.84, 7.98, 7.83, 8.0],
  [7.49, 7.61, 7.75, 7.77, 7.74, 7.78, 7.53, 7.83, 8.0, 8.17],
];
/** The same of servers that leak. */
const LEAKING = [
  [10.3, 10.6, 11.0, 11.5, 12.2, 12.2, 12.7, 13.1, 13.9],
  [11.5, 12.0, 12.4, 12.3, 12.9, 13.3, 13.2, 13.9],
  [119.0, 121.5, 124.1, 126.0, 128.9, 131.2],
  [8.05, 9.06, 9.49, 9.52, 9.9, 10.3],
];

/** As many collections as it takes; null: never. */
function afterFloors(isRising: (floors: readonly number[]) => boolean, megabytes: readonly number[]) {
  const floors = megabytes.map((value) => value * MB);
  const at = floors.findIndex((_, i) => isRising(floors.slice(0, i + 1)));
  return at < 0 ? null : at + 1;
}

describe.each([
  // Three high ones in a row are chance in the third.
  {
    what: 'a closer look',
    isRising: mayBeRising,
    calm: [null, null, 11, null],
    young: [null, null, null, 4, null, null, 10],
  },
  {
    what: 'a search for what grows',
    isRising: isFloorRising,
    calm: [null, null, null, null],
    young: [null, null, null, null, null, null, 9],
  },
  {
    what: 'a watch of promises',
    isRising: isPlainlyRising,
    calm: [null, null, null, null],
    young: YOUNG.map(() => null),
  },
])('$what', ({ isRising, calm, young }) => {
  test('is hardly ever made of a heap that scatters', () => {
    expect(CALM.map((floors) => afterFloors(isRising, floors))).toEqual(calm);
  });

  test('is hardly ever made of a server that has just started', () => {
    expect(YOUNG.map((floors) => afterFloors(isRising, floors))).toEqual(young);
  });

  test('is made of a leak after at most six collections', () => {
    for (const floors of LEAKING) expect(afterFloors(isRising, floors)).toBeLessThanOrEqual(6);
  });
});

test('a watch of promises is not made of a healthy server whose own collections leave more or less', () => {
  // Seen in one that answers 5,700 requests a second.
  const busy = [10, 10.3, 6.2, 11.3, 10.3, 9.2];
  expect([afterFloors(isFloorRising, busy), afterFloors(isPlainlyRising, busy)]).toEqual([null, null]);
});
