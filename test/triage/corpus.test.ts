import { expect, test } from 'vitest';
import { expectedOf, names, summary, triageOutput } from './corpus.ts';

const all = names();
const crashes = all.filter((name) => !name.startsWith('ok-') && !name.startsWith('holdout-'));
const healthy = all.filter((name) => name.startsWith('ok-'));

test('the corpus is there: real crashes of Node 16 to 26, and logs without one', () => {
  expect(crashes.length).toBeGreaterThanOrEqual(30);
  expect(healthy.length).toBeGreaterThanOrEqual(10);
});

test.each(crashes)('says why it ended, once: %s', async (name) => {
  const expected = expectedOf(name);
  const report = await triageOutput(name);
  expect(summary(report, expected)).toEqual(expected);
  expect(report.findings.map(({ title }) => title)).toHaveLength(1);
});

test.each(healthy)('finds no crash: %s', async (name) => {
  const expected = expectedOf(name);
  const report = await triageOutput(name);
  expect(summary(report, expected)).toEqual(expected);
  expect(report.findings).toEqual([]);
  // Only a clean end is no crash: what has no end in it may have had any.
  expect(report.verdict).toBe(expected.giveExit ? 'healthy' : 'too-little-data');
});

const holdout = all.filter((name) => name.startsWith('holdout-'));

test.each(holdout)('says why also for what it was not tuned on: %s', async (name) => {
  const expected = expectedOf(name);
  const report = await triageOutput(name);
  expect(summary(report, expected)).toEqual(expected);
  expect(report.findings).toHaveLength(1);
});
