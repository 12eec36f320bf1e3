// Several processes side by side: who is sick, and each cause once.
import { describe, expect, test } from 'vitest';
import { judgeFamily } from '../../src/findings/family/judge-family.ts';
import type { DiagnosisReport, FamilyMember, FamilyReport, Finding } from '../../src/model/finding.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderFamilyText } from '../../src/report/text/pages/family-text.ts';
import { VERSION } from '../../src/version.ts';
import { buildFinding, buildReport, HOSTILE_NAME } from '../report/build-report.ts';
import { schemaErrors } from '../support/json-schemas.ts';

function member(
  pid: number,
  findings: Partial<Finding>[],
  parts: Partial<DiagnosisReport> = {},
): FamilyMember {
  const report = buildReport({
    verdict: findings.length > 0 ? 'findings' : 'healthy',
    findings: findings.map(buildFinding),
    notApplicable: [],
    warnings: [],
    work: { requestsPerSecond: 25, cpuCores: 0.07, rssBytes: 64 * 2 ** 20, rssBytesPerSecond: -2_048 },
    ...parts,
  });
  report.target.pid = pid;
  report.capture.warnings = [];
  return { name: String(pid), pid, role: 'cluster worker', app: 'shop', command: 'node server.js', report };
}

const healthy = (pid: number) => member(pid, []);
const idle = (pid: number) => member(pid, [], { verdict: 'idle' });
const unseen = (pid: number): FamilyMember => ({
  ...{ name: String(pid), pid, role: 'program', command: 'node x.js' },
  notLookedAt: 'it is stopped.',
});
const reasonOf = (...members: FamilyMember[]) => judgeFamily(members).verdictReason;

describe('it is said', () => {
  test('which one is sick', () => {
    const judged = judgeFamily([healthy(11), member(12, [{}]), healthy(13)]);
    expect(judged.verdict).toBe('findings');
    expect(judged.verdictReason).toBe(
      'Of 3 processes, process 12 (shop) is the only one with a problem: nothing was found in the others.',
    );
    expect(judged.causes.map(({ members, finding }) => [members, finding.rank])).toEqual([[['12'], 1]]);
  });

  test('that all have the same cause, once, as in the worst of them', () => {
    const { verdictReason, causes } = judgeFamily([
      member(11, [{ score: 40 }]),
      member(12, [{ score: 90, title: 'the worst' }]),
    ]);
    expect(verdictReason).toBe(
      'All 2 processes have the same cause, so the fault is in the code, not in one process.',
    );
    expect(causes.map(({ members, finding }) => [members, finding.title])).toEqual([
      [['12', '11'], 'the worst'],
    ]);
  });

  test('that a fault of which less was seen in one of them is the same', () => {
    const subject = { ...buildFinding().subject, type: 'function', name: 'remember' } as const;
    const less = { fingerprint: 'deadbeef', score: 30, subject };
    const members = [member(11, [{}]), member(12, [less]), healthy(13)];
    expect(judgeFamily(members).causes.map((cause) => [cause.finding.fingerprint, cause.members])).toEqual([
      ['c0ffee12', ['11', '12']],
    ]);
    const both = [member(11, [{}, less]), healthy(13)];
    expect(judgeFamily(both).causes.map((cause) => [cause.finding.fingerprint, cause.members])).toEqual([
      ['c0ffee12', ['11']],
      ['deadbeef', ['11']],
    ]);
  });

  test('that several are sick of different causes, the gravest first', () => {
    const { verdictReason, causes } = judgeFamily([
      member(11, [{ score: 40 }]),
      member(12, [{ score: 90, fingerprint: 'deadbeef' }]),
      healthy(13),
    ]);
    expect(verdictReason).toBe(
      'Of 3 processes, 2 have problems: process 11 (shop), process 12 (shop). Nothing was found in the others.',
    );
    expect(causes.map(({ members, finding }) => [finding.rank, members])).toEqual([
      [1, ['12']],
      [2, ['11']],
    ]);
  });

  test.each([
    ['Nothing was found in any of 2 processes.', [healthy(1), healthy(2)]],
    ['All 2 processes served no requests, so there was nothing to judge.', [idle(1), idle(2)]],
    [
      'Nothing was found in 2 processes; process 2 (shop) served no requests and cannot be judged.',
      [healthy(1), idle(2)],
    ],
    [
      'Nothing was found in 3 processes; process 2 (shop) served no requests and cannot be judged; process 3 (shop) provided too little data to judge.',
      [healthy(1), idle(2), member(3, [], { verdict: 'too-little-data' })],
    ],
    ['Nothing was found in any of 1 process. 1 process could not be diagnosed.', [healthy(1), unseen(2)]],
    ['None of the 2 processes could be diagnosed.', [unseen(1), unseen(2)]],
  ])('%s', (reason, members) => {
    expect(reasonOf(...members)).toBe(reason);
  });
});

const reportOf = (...members: FamilyMember[]): FamilyReport => ({
  kind: 'family',
  schemaVersion: 1,
  tool: { name: 'culprit', version: VERSION },
  ...judgeFamily(members),
  members,
});

test('as text: who, all side by side, then each cause', () => {
  const text = renderFamilyText(reportOf(healthy(11), member(12, [{}]), unseen(13)), {
    colors: false,
    width: 100,
  });
  expect(text.split('\n').slice(0, 10).join('\n')).toMatchInlineSnapshot(`
    "SICK: Of 2 processes, process 12 (shop) is the only one with a problem: nothing was found in the
    others. 1 process could not be diagnosed.

     PID   ROLE             APP    RSS     RSS GROWTH   CPU   REQUESTS   VERDICT
     11    cluster worker   shop   64 MB   -2 KB/s      7%    25/s       healthy
     12    cluster worker   shop   64 MB   -2 KB/s      7%    25/s       heap-leak
     13    program                                                       not captured: it is stopped.

    1. CRITICAL Map \`sessions\` grows by 1,240 entries/s and is never trimmed (src/session.ts:12,
                remember)"
  `);
  expect(text).toMatch(/\n1\. CRITICAL Map `sessions`.+\n.*\n? {3}Process {5}in 12\n/);
});

test('as JSON it keeps to its schema, and hostile names stay harmless', () => {
  const report = reportOf(member(11, [{ title: HOSTILE_NAME }]), unseen(12), {
    ...healthy(13),
    app: HOSTILE_NAME,
  });
  expect(schemaErrors('family-report-v1', JSON.parse(renderJson(report)))).toEqual([]);
  expect(renderFamilyText(report, { colors: false, width: 80 })).not.toMatch(/\p{Cf}|\p{Cc}(?<!\n)/u);
});
