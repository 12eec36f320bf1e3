import { expect, test } from 'vitest';
import { growingClasses } from '../../src/analysis/growth/class-growth.ts';

const counted = (name: string, ...objects: number[]) => ({
  thread: 0,
  name,
  counts: objects.map((count, i) => ({ atMillis: i * 10_000, objects: count })),
});

test('classes that there are more of, the fastest first, with their part of all', () => {
  expect(
    growingClasses([counted('{id}', 100, 200), counted('Promise', 50, 350), counted('Map', 9, 9)], 0),
  ).toEqual([
    { name: 'Promise', first: 50, last: 350, perSecond: 30, share: 0.75 },
    { name: '{id}', first: 100, last: 200, perSecond: 10, share: 0.25 },
  ]);
});

test('counted once, in another thread, or fewer: nothing grows', () => {
  expect(growingClasses([counted('Promise', 350), counted('{id}', 9, 3)], 0)).toEqual([]);
  expect(growingClasses([counted('Promise', 50, 350)], 1)).toEqual([]);
});
