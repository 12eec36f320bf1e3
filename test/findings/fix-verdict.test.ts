import { describe, expect, test } from 'vitest';
import { judgeFix } from '../../src/findings/compare/fix-verdict.ts';
import type { DiagnosisReport, Finding } from '../../src/model/finding.ts';
import { buildFinding, buildReport } from '../report/build-report.ts';

const leak = buildFinding();
const look = (findings: Finding[], overrides: Partial<DiagnosisReport> = {}): DiagnosisReport => {
  const report = buildReport({
    findings,
    verdict: findings.length > 0 ? 'findings' : 'healthy',
    notApplicable: [],
    work: { requestsPerSecond: 40 },
    ...overrides,
  });
  return { ...report, capture: { ...report.capture, durationMillis: 30_000, ...overrides.capture } };
};
const before = look([leak]);
const judge = (after: DiagnosisReport) => judgeFix(leak, before, after);

describe('a finding that was to be fixed', () => {
  test('is gone where the later capture could have seen it', () => {
    expect(judge(look([]))).toMatchObject({ verdict: 'different', after: null });
    expect(judge(look([])).nextMeasurement).toBeUndefined();
  });

  test('is still there by its fingerprint, whatever its title and numbers', () => {
    const again = buildFinding({ title: 'Map `sessions` grows by 3 entries/s', rank: 2 });
    expect(judge(look([again]))).toMatchObject({ verdict: 'same', after: again });
  });

  test('is not called gone beside another of another kind', () => {
    const other = buildFinding({ kind: 'timer-leak', fingerprint: 'deadbeef' });
    expect(judge(look([other])).verdict).toBe('different');
  });

  test('may have moved where a new one of its kind is there', () => {
    const moved = buildFinding({ fingerprint: 'deadbeef' });
    expect(judge(look([moved]))).toMatchObject({ verdict: 'need-more', after: moved });
  });

  test('has not moved to one of its kind that was there before', () => {
    const other = buildFinding({ fingerprint: 'deadbeef', rank: 2 });
    expect(judgeFix(leak, look([leak, other]), look([other])).verdict).toBe('different');
  });
});

describe('silence proves nothing', () => {
  const capture = (durationMillis: number) => ({ ...before.capture, durationMillis });
  test.each<[string, Partial<DiagnosisReport>, RegExp]>([
    ['of an idle program', { verdict: 'idle' }, /served no requests/],
    ['of a capture that judged too little', { verdict: 'too-little-data' }, /too little data to judge/],
    [
      'of a rule that could not judge',
      { notApplicable: [{ kind: 'heap-leak', reason: 'no garbage collection was seen' }] },
      /no garbage collection was seen/,
    ],
    ['of a much shorter look', { capture: capture(12_000) }, /took 12 s, the earlier one 30 s/],
    ['under much less load', { work: { requestsPerSecond: 3 } }, /3\.0 requests\/s/],
  ])('%s', (_, overrides, why) => {
    const judged = judge(look([], overrides));
    expect(judged.verdict).toBe('need-more');
    expect(judged.reason).toMatch(why);
    expect(judged.nextMeasurement?.command).toMatch(/^culprit diagnose \d+ --duration 30s$/);
  });

  test('another rule that could not judge is no doubt', () => {
    const judged = judge(look([], { notApplicable: [{ kind: 'dns-slow', reason: 'no lookup was seen' }] }));
    expect(judged.verdict).toBe('different');
  });
});

describe('what the two captures cannot tell is said', () => {
  test('where the load is not known', () => {
    expect(judge(look([], { work: {} })).notJudged.join(' ')).toMatch(/same load/);
    expect(judge(look([])).notJudged.join(' ')).not.toMatch(/same load/);
  });

  test('where a threshold decides', () => {
    const hot = buildFinding({ kind: 'cpu-hotspot' });
    expect(judgeFix(hot, look([hot]), look([])).notJudged.join(' ')).toMatch(/threshold/);
  });
});
