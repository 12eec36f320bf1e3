// High, medium and low mean what they say: of findings whose truth is known, about as many are right as their confidence states.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { confidenceLevel, STATED_SHARES } from '../../src/model/confidence.ts';

interface Judged {
  kind: string;
  /** 0..1 */
  confidence: number;
  isRight: boolean;
}

/** Written by calibrate.mjs. */
const { sets } = JSON.parse(readFileSync(new URL('calibration.json', import.meta.url), 'utf8')) as {
  sets: Record<string, { when: string; findings: Judged[] }>;
};
const judged = Object.values(sets).flatMap(({ findings }) => findings);
const Z_95 = 1.96;

/** Wilson's interval of a share, 95 %. */
function intervalOf(right: number, all: number): [from: number, to: number] {
  const share = right / all;
  const spread = Z_95 * Math.sqrt((share * (1 - share) + Z_95 ** 2 / (4 * all)) / all);
  const middle = share + Z_95 ** 2 / (2 * all);
  const scale = 1 + Z_95 ** 2 / all;
  return [(middle - spread) / scale, (middle + spread) / scale];
}

test('the truth of enough findings is known to say anything', () => {
  expect(judged.length).toBeGreaterThan(40);
});

test.each(['high', 'medium', 'low'] as const)(
  'as many findings of %s confidence are right as that states',
  (level) => {
    const those = judged.filter(({ confidence }) => confidenceLevel(confidence) === level);
    if (those.length === 0) return;
    const [from, to] = intervalOf(those.filter(({ isRight }) => isRight).length, those.length);
    const [least, most] = STATED_SHARES[level];
    expect({ those: those.length, from, to }).toSatisfy(() => to >= least && from <= most);
  },
);

test('an interval is that of the formula', () => {
  const [from, to] = intervalOf(8, 10);
  expect([from.toFixed(3), to.toFixed(3)]).toEqual(['0.490', '0.943']);
});
