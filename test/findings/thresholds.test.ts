// Every number that decides what a finding is worth stands in thresholds/, and what builds on them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import type { Trend } from '../../src/analysis/statistics/trend.ts';
import { closenessOf } from '../../src/findings/count-limit.ts';
import { isPilingUp, leakDraft } from '../../src/findings/leak-draft.ts';
import { FD_LIMIT } from '../../src/findings/thresholds/handles.ts';
import { onScale } from '../../src/findings/thresholds/scale.ts';
import { buildObservations } from '../support/build-observations.ts';

const ROOM = fileURLToPath(new URL('../../src/findings', import.meta.url));

test('no rule states a confidence or an urgency as a number of its own', () => {
  const files = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('thresholds'),
  );
  const bare = files.flatMap((file) =>
    readFileSync(join(ROOM, file), 'utf8')
      .split('\n')
      .filter((line) => /^\s*(confidence|urgency):.*(\b0\.\d|(?<!\?)[?:] *\d)/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(bare).toEqual([]);
});

test('a scale rises from its first value and stops at its highest', () => {
  const scale = { from: 0.5, per: 0.125, most: 0.75 };
  expect([0, 1, 2, 3, 1_000].map((amount) => onScale(scale, amount))).toEqual([0.5, 0.625, 0.75, 0.75, 0.75]);
});

const TREND: Trend = {
  verdict: 'growing',
  slopePerSecond: 1,
  slopeInterval: [1, 1],
  lateSlopePerSecond: 1,
  pValue: 0,
  first: 10,
  last: 40,
  points: 31,
  risingSteps: [30, 30],
  largestStep: 0,
  largestFall: 0,
};

test.each<[string, Partial<Trend>, boolean]>([
  ['what rises all the time', {}, true],
  ['not what does not grow', { verdict: 'flat' }, false],
  ['not what takes three hours and more to matter', { slopePerSecond: 0.09 }, false],
  ['not three more', { last: 13 }, false],
  ['not what rises in three jumps, as a pool does', { risingSteps: [3, 30] }, false],
])('accumulates: %s', (_, change, expected) => {
  expect(isPilingUp({ ...TREND, ...change })).toBe(expected);
});

test.each<[string, number, Partial<Trend>, object | null]>([
  ['far away', 100, { slopePerSecond: 0.1 }, null],
  ['far away, though soon met', 249, { slopePerSecond: 100 }, null],
  [
    'close',
    800,
    { verdict: 'flat' },
    { share: 0.8, left: undefined, isSoon: false, severity: 'warning', urgency: 0.4 },
  ],
  [
    'nearly met',
    960,
    { verdict: 'flat' },
    {
      share: 0.96,
      left: undefined,
      isSoon: false,
      severity: 'critical',
      urgency: expect.closeTo(0.8, 6),
    },
  ],
  [
    'soon met',
    400,
    { last: 400 },
    { share: 0.4, left: 600, isSoon: true, severity: 'critical', urgency: 0.65 },
  ],
  [
    'beyond',
    2_000,
    { verdict: 'flat' },
    {
      share: 1,
      left: undefined,
      isSoon: false,
      severity: 'critical',
      urgency: expect.closeTo(0.9, 6),
    },
  ],
])('a limit of a thousand is %s', (_, used, change, expected) => {
  expect(closenessOf({ used, limit: 1_000 }, { ...TREND, ...change }, FD_LIMIT)).toEqual(expected);
});

describe('a leak without a place in the code', () => {
  const draft = leakDraft(gatherFacts(buildObservations()), {
    kind: 'fd-leak',
    title: 'Open files accumulate',
    subject: { type: 'file', name: '/tmp/#' },
    site: null,
    metric: 'fds',
    ratePerSecond: 2,
    evidence: [],
    innocentExplanation: 'It ends.',
    advice: 'Close it.',
    things: 'open files',
    effect: 'fds',
    explains: ['heap'],
    confidence: { placed: 0.9, unplaced: 0.8 },
    urgency: { least: 0.75 },
  });

  test('is less sure, names no file, and says its rate as a symptom', () => {
    expect(draft).toEqual({
      kind: 'fd-leak',
      severity: 'warning',
      confidence: 0.8,
      urgency: 0.75,
      title: 'Open files accumulate',
      subject: {
        type: 'file',
        name: '/tmp/#',
        function: null,
        file: null,
        line: null,
        column: null,
        package: null,
        thread: 0,
      },
      impact: { metric: 'fds', value: 2, unit: 'per second' },
      evidence: [],
      innocentExplanation: 'It ends.',
      advice: ['Close it.'],
      caveats: [],
      asSymptom: 'open files: 2/s more',
      effect: 'fds',
      explains: ['heap'],
    });
  });
});
