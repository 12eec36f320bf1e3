import { describe, expect, test } from 'vitest';
import type { MetricName } from '../../src/model/comparison/run.ts';
import { comparisonOf } from '../support/build-comparison.ts';
import { decideOne } from '../support/decide-one.ts';

const windows = (good: number, bad: number, metric: MetricName = 'latency.p99', badValue = 400) =>
  comparisonOf({
    headWindows: [{ metric, values: [...Array(good).fill(120), ...Array(bad).fill(badValue)] }],
  });
const RULE = 'slo:latency.p99<300ms@99%,burn<2';

describe('an error budget', () => {
  test('holds where so many windows are good that the burn rate is surely under the limit', () => {
    expect(decideOne(RULE, windows(400, 0))).toMatchObject({
      outcome: 'pass',
      evidence: { windows: 400, bad: 0, burnRate: 0, burnLimit: 2, allowedShare: 0.01 },
    });
    expect(decideOne(RULE, windows(2_000, 10)).outcome).toBe('pass');
  });

  test('is broken where the burn rate is surely over it', () => {
    const decision = decideOne(RULE, windows(90, 10));
    expect(decision).toMatchObject({ outcome: 'fail', evidence: { windows: 100, bad: 10 } });
    expect(decision.statement).toBe(
      'latency.p99 is not under 300 ms in 10 of 100 windows (allowed: 1 % of them): burn rate 10 (4.9 to 17.6 at 95 % confidence), more than 2',
    );
  });

  test('is unsure with few windows, however good, and says how many would be enough', () => {
    const decision = decideOne(RULE, windows(20, 0));
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toMatch(/about 18\d windows|about 19\d windows would be enough/);
    for (const bad of [1, 4, 9]) expect(decideOne(RULE, windows(0, bad)).outcome).toBe('unsure');
  });

  test('with as many windows as it asked for is decided', () => {
    for (const bad of [0, 1, 2]) {
      const asked = decideOne(RULE, windows(20 - bad, bad)).evidence.windowsNeeded as number;
      expect(asked).toBeGreaterThan(20);
      const more = Math.floor((asked * bad) / 20);
      expect(decideOne(RULE, windows(asked - more, more)).outcome).not.toBe('unsure');
    }
  });

  test('is not failed by one bad window of a hundred', () => {
    expect(decideOne(RULE, windows(99, 1)).outcome).toBe('unsure');
    expect(decideOne('slo:latency.p99<300ms@99%', windows(99, 1)).outcome).toBe('unsure');
  });

  test('counts a window at the limit as bad, since it is not under it', () => {
    expect(decideOne(RULE, windows(0, 100, 'latency.p99', 300)).outcome).toBe('fail');
    expect(decideOne(RULE, windows(0, 400, 'latency.p99', 299.9)).outcome).toBe('pass');
  });

  test('of what is better higher', () => {
    expect(decideOne('slo:throughput>200/s@99%', windows(0, 100, 'throughput', 400)).evidence.bad).toBe(0);
    expect(decideOne('slo:throughput>500/s@99%', windows(0, 100, 'throughput', 400))).toMatchObject({
      outcome: 'fail',
      statement: expect.stringContaining('throughput is not above 500 requests/s in 100 of 100 windows'),
    });
  });

  test('over several runs counts all their windows', () => {
    const one = { metric: 'latency.p99', values: Array(200).fill(100) } as const;
    const other = { metric: 'latency.p50', values: Array(200).fill(900) } as const;
    const comparison = comparisonOf({ headWindows: [{ ...one }, { ...other }, { ...one }] });
    expect(decideOne(RULE, comparison)).toMatchObject({ outcome: 'pass', evidence: { windows: 400 } });
  });

  test('without windows is unmeasured', () => {
    expect(decideOne(RULE, comparisonOf())).toMatchObject({
      outcome: 'unmeasured',
      statement: 'latency.p99 was not measured by windows',
    });
    expect(decideOne(RULE, windows(0, 3, 'latency.p99', Number.NaN)).outcome).toBe('unmeasured');
  });
});
