import { describe, expect, test } from 'vitest';
import { renderJson } from '../../src/report/json.ts';
import { rejectedBy, reportErrors } from '../support/json-schemas.ts';
import { buildFinding, buildHotspot, buildReport, buildRetainerPath, HOSTILE_NAME } from './build-report.ts';

const parsed = (report: object) => JSON.parse(JSON.stringify(report));

test('a report survives being rendered and parsed, hostile names included', () => {
  const report = buildReport({ findings: [buildFinding({ title: HOSTILE_NAME })] });
  const json = renderJson(report);
  expect(JSON.parse(json)).toEqual(report);
  expect(json).not.toMatch(/[\x1b\u202e]/u);
  expect(json.endsWith('}\n')).toBe(true);
});

describe('the schema accepts', () => {
  const { capture, target } = buildReport();
  const overhead = { pausesMillis: [] };
  const bare = {
    pid: null,
    nodeVersion: null,
    title: null,
    uptimeSeconds: null,
    threads: [],
    container: null,
  };
  test.each([
    ['a full report', buildReport()],
    [
      'a finding with a retainer path',
      buildReport({ findings: [buildFinding({ retainerPath: buildRetainerPath() })] }),
    ],
    ['a healthy one', buildReport({ verdict: 'healthy', findings: [], notApplicable: [] })],
    ['too little data', buildReport({ verdict: 'too-little-data', findings: [] })],
    [
      'an unknown target',
      buildReport({ target: bare, capture: { ...capture, overhead, restored: null, startedAt: null } }),
    ],
    [
      'unknown limits',
      buildReport({
        target: { ...target, container: { memoryLimitBytes: null, cpuQuotaCores: null, pidsLimit: null } },
      }),
    ],
    ['fields of a later version', { ...buildReport(), later: { field: 1 } }],
  ])('%s', (_, report) => {
    expect(reportErrors(parsed(report))).toEqual([]);
  });
});

const BOTH = ['JSON Schema', 'valibot'];

describe('the schema rejects', () => {
  const finding = parsed(buildFinding());
  const { title: _title, ...untitled } = finding;
  const { thread: _thread, ...threadless } = finding.subject;
  const broken: [string, object][] = [
    ['an unknown kind', { ...finding, kind: 'bad-luck' }],
    ['an unknown severity', { ...finding, severity: 'fatal' }],
    ['a confidence above 1', { ...finding, confidence: 2 }],
    ['a confidence that was not a number', { ...finding, confidence: null }],
    ['rank 0', { ...finding, rank: 0 }],
    ['a missing title', untitled],
    ['an empty title', { ...finding, title: '' }],
    ['a subject without a thread', { ...finding, subject: threadless }],
    ['a 0-based line', { ...finding, subject: { ...finding.subject, line: 0 } }],
    ['an unknown unit of impact', { ...finding, impact: { ...finding.impact, unit: 'furlongs' } }],
    ['a share above 1', { ...finding, impact: { ...finding.impact, share: 81 } }],
    ['evidence without a source', { ...finding, evidence: [{ statement: 'so it is' }] }],
  ];
  test.each(broken)('a finding with %s', (_, brokenFinding) => {
    const report = { ...parsed(buildReport()), findings: [parsed(buildHotspot()), brokenFinding] };
    expect(rejectedBy('report-v2', report)).toEqual(BOTH);
  });

  test.each([
    ['another schema version', { schemaVersion: 1 }],
    ['no kind', { kind: undefined }],
    ['a kind of its own', { kind: 'autopsy' }],
    ['the kind of another', { kind: 'audit' }],
    ['an unknown verdict', { verdict: 'fine' }],
    ['no findings list', { findings: null }],
    ['a rule that was not applicable for no reason', { notApplicable: [{ kind: 'gc-pressure' }] }],
    ['a negative duration', { capture: { ...buildReport().capture, durationMillis: -1 } }],
  ])('a report with %s', (_, overrides) => {
    expect(rejectedBy('report-v2', { ...parsed(buildReport()), ...overrides })).toEqual(BOTH);
  });
});
