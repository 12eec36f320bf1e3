// What is usual: learned by the hour of the day from earlier days, judged only with enough of them, and kept over a restart.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WatchRule } from '../../src/watch/config/watch-config.ts';
import { openBands } from '../../src/watch/learned-bands.ts';
import { learn, localTime, newHistory, SAMPLE_MILLIS, usualAt } from '../../src/watch/rules/band.ts';
import { createBands } from '../../src/watch/rules/bands.ts';
import { createRuleBook } from '../../src/watch/rules/rule-book.ts';
import { readBands, writeBands } from '../../src/watch/store/bands-file.ts';
import { systemClock } from '../../src/watch/store/clock.ts';

const RULE: WatchRule = {
  name: 'odd',
  metric: 'loop.busy',
  band: { days: 3 },
  warn: 6,
  holdMillis: 0,
  clearMillis: 0,
  confirm: false,
  actions: [{ do: 'diagnose' }],
  limits: { count: 1, windowMillis: null, durationMillis: null },
};
const at = (day: number, hour: number, minute = 0) => new Date(2027, 0, day, hour, minute).getTime();
/** As a shop: quiet at night, busy at noon, never twice the same. */
const busyAt = (hour: number, day: number) => (hour === 12 ? 0.6 : 0.1) + 0.01 * ((day * 7) % 5);

function learned(days: number[]) {
  const bands = createBands([RULE]);
  for (const day of days)
    for (let hour = 0; hour < 24; hour++)
      for (let minute = 0; minute < 60; minute += 5)
        bands.see('shop', { 'loop.busy': busyAt(hour, day) }, at(day, hour, minute));
  return bands;
}
const widths = (bands: ReturnType<typeof learned>, value: number, wallMillis: number) =>
  bands.judge(RULE, 'shop', { metrics: { 'loop.busy': value }, wallMillis })?.widths;

test('what is usual at noon is odd at night', () => {
  const bands = learned([1, 2, 3, 4, 5]);
  expect(widths(bands, 0.63, at(6, 12))).toBeLessThan(2);
  expect(widths(bands, 0.63, at(6, 3))).toBeGreaterThan(10);
  // Less than usual is no load, and no harm.
  expect(widths(bands, 0, at(6, 12))).toBe(0);
  expect(bands.judge(RULE, 'shop', { metrics: { 'loop.busy': 0.63 }, wallMillis: at(6, 3) })?.why).toMatch(
    /^63% of the time the main thread runs; usual at this hour: 12% \(\d+\.\d times the usual spread away\)$/,
  );
});

test('without enough earlier days, an unknown value, or another target, nothing is judged', () => {
  expect(widths(learned([1, 2]), 0.9, at(3, 3))).toBeUndefined();
  expect(widths(learned([1, 2, 3]), 0.9, at(4, 3))).toBeGreaterThan(6);
  const bands = learned([1, 2, 3]);
  expect(bands.judge(RULE, 'shop', { metrics: {}, wallMillis: at(4, 3) })).toBeUndefined();
  expect(bands.judge(RULE, 'other', { metrics: { 'loop.busy': 1 }, wallMillis: at(4, 3) })).toBeUndefined();
  bands.forget('shop');
  expect(widths(bands, 0.9, at(4, 3))).toBeUndefined();
});

test('today is no past: an incident that lasts does not become usual', () => {
  const bands = learned([1, 2, 3]);
  for (let minute = 0; minute < 60; minute += 5) bands.see('shop', { 'loop.busy': 0.9 }, at(4, 3, minute));
  expect(widths(bands, 0.9, at(4, 3, 55))).toBeGreaterThan(6);
});

test('one bad day among others does not widen the band', () => {
  const history = newHistory();
  for (let day = 1; day <= 9; day++)
    for (let quarter = 0; quarter < 5; quarter++) {
      const value = day === 5 ? 0.95 : 0.1;
      learn(history, value, localTime(at(day, 3) + quarter * SAMPLE_MILLIS));
    }
  const { day } = localTime(at(10, 3));
  // Never changing, its spread is the least.
  expect(usualAt(history, { day, hour: 3 }, { days: 3, leastSpread: 0.01 })).toEqual({
    usual: 0.1,
    spread: 0.01,
  });
});

test('what is kept is bounded, and what is older than two weeks is forgotten', () => {
  const bands = learned(Array.from({ length: 28 }, (_, index) => index + 1));
  const [saved] = bands.save();
  expect(Math.max(...saved!.hours.map(({ values }) => values.length))).toBe(56);
  expect(widths(bands, 0.9, at(28 + 20, 3))).toBeUndefined();
});

test('a rule with a band rises and ends by it, and without a past by nothing', () => {
  const book = createRuleBook([RULE], { atMillis: 0 });
  const deviation = (value: number) => () => ({ widths: value, why: `${value} widths` });
  const metrics = { 'loop.busy': 1 };
  expect(book.judge('shop', { metrics, atMillis: 1 })).toEqual([]);
  expect(book.judge('shop', { metrics, deviation: () => undefined, atMillis: 2 })).toEqual([]);
  expect(book.judge('shop', { metrics, deviation: deviation(7), atMillis: 3 })).toEqual([
    { rule: RULE, target: 'shop', from: 'ok', to: 'warn', why: '7 widths' },
  ]);
  // At its edge it does not flap.
  expect(book.judge('shop', { metrics, deviation: deviation(5), atMillis: 4 })).toEqual([]);
  expect(book.judge('shop', { metrics, deviation: deviation(1), atMillis: 5 })).toMatchObject([{ to: 'ok' }]);
});

test('over a restart it is the same; a broken file is set aside and said; without such a rule nothing is written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-bands-'));
  const before = learned([1, 2, 3]);
  writeBands(folder, before.save());
  const { bands, setAside } = readBands(folder);
  expect(setAside).toBeNull();
  expect(widths(createBands([RULE], bands), 0.9, at(4, 3))).toBeCloseTo(widths(before, 0.9, at(4, 3))!, 3);
  expect(createBands([{ ...RULE, metric: 'fds.share' }], bands).save()).toEqual([]);
  writeFileSync(join(folder, 'bands.json'), '{"format":');
  const troubles: string[] = [];
  const options = { folder, clock: systemClock, onTrouble: (words: string) => troubles.push(words) };
  openBands({ ...options, rules: [RULE] }).save();
  expect(troubles).toMatchObject([expect.stringMatching(/^bands are learned again from scratch: /)]);
  expect(readFileSync(join(folder, 'bands.json.broken'), 'utf8')).toBe('{"format":');
  expect(readBands(folder)).toEqual({ bands: [], setAside: null });
  const other = mkdtempSync(join(tmpdir(), 'culprit-bands-'));
  openBands({ ...options, folder: other, rules: [] }).save();
  expect(() => readFileSync(join(other, 'bands.json'))).toThrow('ENOENT');
});
