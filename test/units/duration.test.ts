// Durations: what people write is read, and what we write is read back.
import { expect, test } from 'vitest';
import { DEFAULT_WORDS, parseCaptureWords } from '../../src/capture/capture-words.ts';
import { DEFAULTS } from '../../src/defaults.ts';
import { parseDuration, pauseFor, writeDuration } from '../../src/units/duration.ts';

test.each([
  ['30s', 30_000],
  ['1.5 m', 90_000],
  ['2min', 120_000],
  ['1H', 3_600_000],
  ['500ms', 500],
  ['7', 7_000],
  ['', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['1e3s', undefined],
  ['5 days', undefined],
  ['5us', undefined],
  ['5 constructor', undefined],
])('%j is %s ms', (text, millis) => {
  expect(parseDuration(text)).toBe(millis);
});

test('units that nobody asked for are none', () => {
  expect(parseDuration('5µs', ['µs', 'ms'])).toBe(0.005);
  expect(parseDuration('5s', ['µs', 'ms'])).toBeUndefined();
});

test.each(['500ms', '1500ms', '1s', '90s', '5m', '10m', '1h', '0ms'])(
  '%s is written as it is read',
  (text) => {
    expect(writeDuration(parseDuration(text)!)).toBe(text);
  },
);

test('the defaults of a capture, said in words, are the defaults', () => {
  expect(parseCaptureWords(DEFAULT_WORDS)).toEqual(DEFAULTS.capture);
});

test.each([
  [40, '100ms'],
  [178, '300ms'],
  [600, '900ms'],
  [700, '2s'],
  [4_500, '7s'],
])('a step of %s ms needs --max-pause %s', (estimateMillis, option) => {
  expect(pauseFor(estimateMillis)).toBe(option);
});
