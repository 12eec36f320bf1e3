import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatQuantity,
  formatShare,
  formatTimeLeft,
} from '../../src/units/units.ts';

test('numbers keep no more digits than a reader uses', () => {
  const shown = [0, 1240, 99.96, 12.14, 3.1, 0.3456, -2.55, 1e21].map(formatNumber);
  expect(shown).toEqual(['0', '1,240', '100', '12.1', '3.1', '0.35', '-2.5', '1.0e+21']);
});

test('bytes step at 1024 and never show 1,024 of a unit', () => {
  const shown = [0, 1, 900, 1023.6, 1048575, 1258291, 268435456, 5e12, -2048].map(formatBytes);
  expect(shown).toEqual([
    '0 bytes',
    '1 byte',
    '900 bytes',
    '1 KB',
    '1 MB',
    '1.2 MB',
    '256 MB',
    '4.5 TB',
    '-2 KB',
  ]);
});

test('durations use the unit a person would', () => {
  const shown = [0.35, 12.1, 999.6, 1500, 30_000, 90_000, 410_000, 5_123_000, 86_400_000, 273_600_000].map(
    formatDuration,
  );
  expect(shown).toEqual([
    '0.35 ms',
    '12.1 ms',
    '1 s',
    '1.5 s',
    '30 s',
    '90 s',
    '7 min',
    '85 min',
    '24 h',
    '3 d 4 h',
  ]);
});

test('time left is never more exact than it is known', () => {
  const shown = [0, 410, 9000, 1e9].map(formatTimeLeft);
  expect(shown).toEqual(['now', 'in about 7 min', 'in about 2 h 30 min', 'in more than a year']);
});

test('shares are percentages', () => {
  expect([0, 0.004, 0.0734, 0.815, 1].map(formatShare)).toEqual(['0%', '0.4%', '7.3%', '82%', '100%']);
});

test('a value is printed with the unit its finding gives', () => {
  const shown = [
    formatQuantity(0.5, 'share'),
    formatQuantity(420, 'ms'),
    formatQuantity(1258291, 'bytes/s'),
    formatQuantity(3.14, 'per second'),
    formatQuantity(912, 'count'),
    formatQuantity(7, 'samples'),
    formatQuantity(7),
  ];
  expect(shown).toEqual(['50%', '420 ms', '1.2 MB/s', '3.1/s', '912', '7 samples', '7']);
});

test('a number that is not one is unknown, in every unit', () => {
  for (const unit of ['share', 'ms', 'bytes', 'bytes/s', 'per second', 'count', 'other']) {
    expect([NaN, Infinity].map((value) => formatQuantity(value, unit))).toEqual(['unknown', 'unknown']);
  }
  expect(formatTimeLeft(NaN)).toBe('at an unknown time');
});

test('counts are in the plural unless there is one', () => {
  expect([0, 1, 2].map((count) => formatCount(count, 'pause'))).toEqual(['0 pauses', '1 pause', '2 pauses']);
});
