import { expect, test } from 'vitest';
import {
  formatChange,
  formatChangeInterval,
  formatDifference,
  formatDifferenceInterval,
  formatSideBySide,
} from '../../src/model/comparison/units-compared.ts';

const sides = (values: (number | null)[], unit: string) => {
  const { texts, unit: shown } = formatSideBySide(values, unit);
  return `${texts.join(' ')} ${shown}`;
};

test('two sides are shown in one step of the unit, with digits enough to tell them apart', () => {
  expect(sides([1240, 1304.5], 'µs/request')).toBe('1,240 1,305 µs/request');
  expect(sides([12_400, 13_045], 'µs/request')).toBe('12.4 13.0 ms/request');
  expect(sides([1_258_291, 1_310_720], 'bytes')).toBe('1.20 1.25 MB');
  expect(sides([900, 1_310_720], 'bytes/s')).toBe('0.00 1.25 MB/s');
  expect(sides([12.1, 12.64], 'ms')).toBe('12.1 12.6 ms');
  expect(sides([0.0123, 0.2], 'ms/s')).toBe('0.012 0.200 ms/s');
  expect(sides([766, 742.2], 'requests/s')).toBe('766 742 requests/s');
});

test('whole numbers stay whole, and a count has no unit', () => {
  expect(sides([14, 15], 'count')).toBe('14 15 ');
  expect(sides([14, 14.5], 'count')).toBe('14.0 14.5 ');
  expect(sides([0, 0], 'bytes/request')).toBe('0 0 bytes/request');
});

test('what nobody knows stays null, whatever stands beside it', () => {
  expect(formatSideBySide([null, 5, Number.NaN, Number.POSITIVE_INFINITY], 'ms').texts).toEqual([
    null,
    '5',
    null,
    null,
  ]);
  expect(formatSideBySide([null], 'bytes')).toEqual({ texts: [null], unit: 'bytes' });
});

test('a relative change has its sign and its interval', () => {
  expect(formatChange(0.052, 0.041, 0.063)).toBe('+5.2 % (4.1 to 6.3)');
  expect(formatChange(-0.031, -0.04, -0.022)).toBe('-3.1 % (-4.0 to -2.2)');
  expect(formatChange(0.052, null, 0.063)).toBe('+5.2 %');
  expect(formatChange(12.5, 11, 14)).toBe('+1,250 % (1,100 to 1,400)');
  expect(formatChange(0.0004, 0.0001, 0.0007)).toBe('+0.04 % (0.01 to 0.07)');
  expect(formatChange(Number.NaN, null, null)).toBe('unknown');
});

test('a change that rounds to nothing has no sign', () => {
  expect(formatChange(-0.0001, -0.004, 0.004)).toBe('0.0 % (-0.4 to 0.4)');
  expect(formatChange(0, 0, 0)).toBe('0.0 % (0.0 to 0.0)');
  expect(formatDifference(0, null, null, 'bytes')).toBe('0 bytes');
});

test('a change in a unit has its sign, its unit and its interval', () => {
  expect(formatDifference(62, 49, 75, 'µs/request')).toBe('+62 µs/request (49 to 75)');
  expect(formatDifference(-3.5, -4, -3, 'count')).toBe('-3.50 (-4.00 to -3.00)');
  expect(formatDifference(96.4, 91.8, null, 'bytes/request')).toBe('+96.4 bytes/request');
});

test('an interval alone has its unit, and none is shown where half of it is unknown', () => {
  expect(formatChangeInterval(0.041, 0.063)).toBe('4.1 to 6.3 %');
  expect(formatChangeInterval(0.041, null)).toBeNull();
  expect(formatDifferenceInterval(92, 101, 'bytes/request')).toBe('92 to 101 bytes/request');
  expect(formatDifferenceInterval(-1, 2, 'count')).toBe('-1 to 2');
  expect(formatDifferenceInterval(null, 101, 'bytes')).toBeNull();
});
