// Which collections tell what a heap holds: bursts are left out, and a rise that lasts is kept point for point.
import { expect, test } from 'vitest';
import { withoutPeaks } from '../../../src/model/memory/floors.ts';
import { MIB } from '../../../src/units/bytes.ts';

const kept = (megabytes: number[]) =>
  withoutPeaks(
    megabytes.map((megabyte) => megabyte * MIB),
    (bytes) => bytes,
  ).map((bytes) => bytes / MIB);

test.each<[what: string, megabytes: number[], left: number[]]>([
  ['a rise that lasts', [10, 20, 30, 40, 50], [10, 20, 30, 40, 50]],
  ['a steep rise, seen five times', [10, 11, 12, 40, 80], [10, 11, 12]],
  ['a rise that gets steeper', [10, 12, 15, 19, 24, 30], [10, 12, 15, 19, 24, 30]],
  ['a heap that falls: its top is left out', [50, 40, 30, 20, 10], [30, 20, 10]],
  [
    'collections amid bursts of a heap that rises',
    [37, 11, 12.5, 61, 14, 14.8, 26, 15, 15.5, 16],
    [11, 12.5, 14, 14.8, 15, 15.5, 16],
  ],
  ['bursts that hold two collections', [11, 40, 38, 12, 45, 50, 13, 14], [11, 12, 13, 14]],
  ['a burst as the last one', [11, 12, 13, 14, 15, 60], [11, 12, 13, 14, 15]],
  ['a cache that is emptied after three', [10, 20, 30, 10, 20, 30, 10], [10, 10, 10]],
  [
    'a cache that is emptied after six: its top is left out, and its fall seen',
    [10, 20, 30, 40, 50, 60, 10, 20],
    [10, 20, 30, 40, 10, 20],
  ],
  ['noise below half a megabyte', [10, 10.4, 10, 10.4, 10], [10, 10.4, 10, 10.4, 10]],
  ['too few to know', [10, 60, 10, 60], [10, 60, 10, 60]],
  ['none', [], []],
])('%s', (_, megabytes, left) => expect(kept(megabytes)).toEqual(left));
