import { describe, expect, test } from 'vitest';
import { baselineOf } from '../../src/findings/gates/baseline-of.ts';
import { baselineMismatches } from '../../src/findings/gates/judge-baseline.ts';
import type { Baseline } from '../../src/model/comparison/baseline.ts';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import { comparisonOf, findingChange, metricMoved } from '../support/build-comparison.ts';
import { decideOne } from '../support/decide-one.ts';

const MACHINE = { cpuModel: 'Xeon 2.2 GHz', cpuCount: 2 };

/** Head alone: cpu.total so and so, with an interval of ± `reach`. */
function head(cpu: number, reach = 1, more: Partial<Comparison> = {}): Comparison {
  const metric = metricMoved('cpu.total', [0, 0, 0]);
  const metrics = [{ ...metric, head: cpu, headLow: cpu - reach, headHigh: cpu + reach }];
  return comparisonOf({ metrics, machine: MACHINE, ...more });
}
const stored = (more: Partial<Baseline> = {}): Baseline => ({
  ...baselineOf(head(100), new Date('2026-10-01T10:00:00Z')),
  ...more,
});
const decide = (rule: string, comparison: Comparison, baseline: Baseline | null = stored()) =>
  decideOne(rule, comparison, { baseline });

describe('a stored baseline', () => {
  test('keeps what has an interval, where it was measured, and which findings there were', () => {
    const findings = [
      findingChange({ presence: 'both', fingerprint: 'aaaaaaaa' }),
      findingChange({ presence: 'new', fingerprint: 'bbbbbbbb' }),
      findingChange({ presence: 'gone', fingerprint: 'cccccccc' }),
    ];
    const metrics = [...head(100).metrics, metricMoved('latency.p99', [0, 0, 0])];
    expect(baselineOf({ ...head(100), findings, metrics }, new Date('2026-10-01T10:00:00Z'))).toEqual({
      format: 'culprit-baseline',
      formatVersion: 1,
      toolVersion: '0.1.0',
      storedAt: '2026-10-01T10:00:00.000Z',
      label: 'topic',
      commit: null,
      runs: 10,
      nodeVersions: ['v22.1.0'],
      machine: MACHINE,
      per: 'request',
      confidence: 0.95,
      metrics: { 'cpu.total': { value: 100, low: 99, high: 101 } },
      findings: ['aaaaaaaa', 'bbbbbbbb'],
    });
  });

  test('fails a head that is surely beyond the limit, by both their intervals', () => {
    const decision = decide('baseline.cpu.total>3%', head(106));
    expect(decision).toMatchObject({
      outcome: 'fail',
      evidence: { baseline: 100, head: 106, storedAt: '2026-10-01T10:00:00.000Z' },
    });
    expect(decision.statement).toMatch(
      /^cpu\.total rose by 6 % \(4\.6 % to 7\.5 %\) since the baseline of 2026-10-01, more than 3 %$/,
    );
  });

  test('passes within the limit, and is unsure in between', () => {
    expect(decide('baseline.cpu.total>3%', head(101)).outcome).toBe('pass');
    expect(decide('baseline.cpu.total>3%', head(90)).outcome).toBe('pass');
    expect(decide('baseline.cpu.total>3%', head(104))).toMatchObject({ outcome: 'unsure' });
    expect(decide('baseline.cpu.total>3%', head(104, 0.1))).toMatchObject({ outcome: 'unsure' });
  });

  test('takes limits in the unit', () => {
    expect(decide('baseline.cpu.total>5µs', head(110)).outcome).toBe('fail');
    expect(decide('baseline.cpu.total>5µs', head(102)).outcome).toBe('pass');
  });

  test.each([
    [
      'another Node version',
      { nodeVersions: ['v20.0.0'] },
      'stored with Node v20.0.0, and this is Node v22.1.0',
    ],
    [
      'another processor',
      { machine: { cpuModel: 'EPYC', cpuCount: 2 } },
      'stored on 2 × EPYC, and this is 2 × Xeon',
    ],
    [
      'more processors',
      { machine: { ...MACHINE, cpuCount: 8 } },
      'stored on 8 × Xeon 2.2 GHz, and this is 2 × Xeon',
    ],
    ['an unknown machine', { machine: null }, 'stored on an unknown machine'],
    [
      'costs of a second',
      { per: 'second' as const },
      'counts costs per second, and this comparison per request',
    ],
  ])('from %s is a warning, and no verdict', (_what, parts, words) => {
    const baseline = stored(parts);
    const decision = decide('baseline.cpu.total>3%', head(200), baseline);
    expect(decision.outcome).toBe('unsure');
    expect(decision.statement).toContain(words);
    expect(baselineMismatches(baseline, head(200))).toEqual([expect.stringContaining(words)]);
  });

  test('that fits has no warnings', () => {
    expect(baselineMismatches(stored(), head(200))).toEqual([]);
  });

  test('that is missing, or does not have the metric, decides nothing', () => {
    expect(decide('baseline.cpu.total>3%', head(200), null).outcome).toBe('unsure');
    expect(decide('baseline.latency.p99>3%', head(200)).outcome).toBe('unsure');
    expect(decide('baseline.cpu.total>3%', comparisonOf({ machine: MACHINE })).outcome).toBe('unmeasured');
    expect(decide('baseline.findings.new', head(200), null).outcome).toBe('unsure');
    expect(decide('baseline.findings.new', head(200), stored({ findings: null })).outcome).toBe('unsure');
  });

  test('knows which findings are new since then, whatever base has', () => {
    const findings = [
      findingChange({ presence: 'both' }),
      findingChange({ presence: 'gone', fingerprint: 'x' }),
    ];
    const now = head(100, 1, { findings });
    expect(decide('baseline.findings.new', now)).toMatchObject({
      outcome: 'fail',
      statement: 'new: listener-leak at src/ws.ts:88',
    });
    expect(decide('baseline.findings.new', now, stored({ findings: ['0a1b2c3d'] }))).toMatchObject({
      outcome: 'pass',
      statement: 'no new finding since the baseline of 2026-10-01',
    });
    expect(decide('baseline.findings.new:critical', now).outcome).toBe('pass');
  });
});
