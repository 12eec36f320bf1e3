// Rules held against many random comparisons: what an interval cannot tell is never decided.
import { describe, expect, test } from 'vitest';
import { baselineOf } from '../../src/findings/gates/baseline-of.ts';
import { METRICS, type MetricName } from '../../src/model/comparison/run.ts';
import { comparisonOf, functionMoved, metricMoved } from '../support/build-comparison.ts';
import { decideOne } from '../support/decide-one.ts';
import { randomNumbers } from '../support/random-numbers.ts';

const ROUNDS = 2_000;
const NAMES = Object.keys(METRICS) as MetricName[];
const VERDICTS = ['different', 'same', 'unsure'] as const;

function draw(seed: number) {
  const random = randomNumbers(seed);
  const point = (random(6_001) - 3_000) / 10_000;
  const reach = () => random(601) / 10_000;
  const interval = [point - reach(), point, point + reach()] as [number, number, number];
  const name = NAMES[random(NAMES.length)]!;
  const isHigher = METRICS[name].better === 'higher';
  const limit = (random(2_001) / 10_000) * (isHigher ? -1 : 1);
  return { interval, name, limit, operator: isHigher ? '<' : '>', verdict: VERDICTS[random(3)]! };
}

const percentOf = (limit: number) => `${Number((limit * 100).toFixed(4))}%`.replace(/^0%$/, '-0%');
const includes = ([low, , high]: readonly number[], limit: number) => low! <= limit && limit <= high!;
const seeds = Array.from({ length: ROUNDS }, (_, index) => index + 1);

describe('in 2,000 random comparisons', () => {
  test('a limit in the interval never fails, and none is passed that the interval is not within', () => {
    const seen = { fail: 0, pass: 0, unsure: 0, unmeasured: 0 };
    for (const seed of seeds) {
      const { interval, name, limit, operator, verdict } = draw(seed);
      const comparison = comparisonOf({ metrics: [metricMoved(name, interval, { verdict })] });
      const { outcome } = decideOne(`${name}${operator}${percentOf(limit)}`, comparison);
      seen[outcome] += 1;
      const [low, , high] = interval;
      if (includes(interval, limit)) expect(outcome).not.toBe('fail');
      if (operator === '>' ? high > limit : low < limit) expect(outcome).not.toBe('pass');
      if (operator === '>' ? high <= limit : low >= limit) expect(outcome).toBe('pass');
      if (outcome === 'fail') expect(verdict).toBe('different');
    }
    expect(Math.min(seen.fail, seen.pass, seen.unsure)).toBeGreaterThan(100);
    expect(seen.unmeasured).toBe(0);
  });

  test('a function is failed only by an interval that is beyond the limit as a whole', () => {
    for (const seed of seeds) {
      const { interval, limit } = draw(seed);
      const functions = [functionMoved('rank', interval), functionMoved('quiet', [-0.001, 0, 0])];
      const { outcome } = decideOne(
        `function>${percentOf(Math.abs(limit)).replace('-', '')}`,
        comparisonOf({ functions }),
      );
      if (interval[0] <= Math.abs(limit)) expect(outcome).not.toBe('fail');
      if (interval[2] > Math.abs(limit)) expect(outcome).not.toBe('pass');
    }
  });

  test('head alone and the baseline keep to it, too', () => {
    const machine = { cpuModel: 'x', cpuCount: 2 };
    const of = ([low, point, high]: readonly number[]) => {
      const metric = metricMoved('latency.p99', [0, 0, 0]);
      const head = { head: 100 + 100 * point!, headLow: 100 + 100 * low!, headHigh: 100 + 100 * high! };
      return comparisonOf({ machine, metrics: [{ ...metric, ...head }] });
    };
    const baseline = baselineOf(of([-0.02, 0, 0.02]), new Date('2026-01-01T00:00:00Z'));
    for (const seed of seeds) {
      const { interval, limit } = draw(seed);
      const size = Math.abs(limit);
      const alone = decideOne(`head.latency.p99>${Number((100 + 100 * size).toFixed(4))}ms`, of(interval));
      if (interval[0] < size - 1e-9) expect(alone.outcome).not.toBe('fail');
      if (interval[2] > size + 1e-9) expect(alone.outcome).not.toBe('pass');
      const since = decideOne(`baseline.latency.p99>${percentOf(size).replace('-', '')}`, of(interval), {
        baseline,
      });
      // The baseline has noise of its own, so that less is told than from head alone.
      if (alone.outcome !== 'fail') expect(since.outcome).not.toBe('fail');
      if (alone.outcome === 'fail') expect(since.outcome).not.toBe('pass');
    }
  });

  test('broken numbers decide nothing', () => {
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const metrics = [metricMoved('cpu.total', [broken, 0.2, 0.3], { verdict: 'different' })];
      expect(decideOne('cpu.total>3%', comparisonOf({ metrics })).outcome).toBe('unsure');
    }
  });
});
