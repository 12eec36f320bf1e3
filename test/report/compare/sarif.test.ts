import type { Log } from 'sarif';
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/model/comparison/comparison.ts';
import { renderComparisonSarif } from '../../../src/report/compare/sarif.ts';
import { sarifErrors } from '../../support/validate-outputs.ts';
import {
  buildComparison,
  buildEmpty,
  buildFindingChange,
  buildFunction,
  buildHostile,
  buildLeaky,
  buildSlower,
  buildUnknown,
} from '../build-comparison.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

const run = (comparison: Comparison) => (JSON.parse(renderComparisonSarif(comparison)) as Log).runs[0]!;
const results = (comparison: Comparison) => run(comparison).results!;

test('the validator is at work', () => {
  const log = JSON.parse(renderComparisonSarif(buildLeaky()));
  expect(sarifErrors({ ...log, version: '2.0.0' })).not.toEqual([]);
  log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = 'a b';
  expect(sarifErrors(log)).not.toEqual([]);
});

test.each<[string, Comparison]>([
  ['nothing changed', buildComparison()],
  ['slower', buildSlower()],
  ['leaky', buildLeaky()],
  ['nothing known', buildUnknown()],
  ['nothing measured', buildEmpty()],
  ['a time that is none', buildComparison({ createdAt: 'yesterday' })],
  ...HOSTILE_TEXTS.map(([what, text]): [string, Comparison] => [what, buildHostile(text)]),
])('the schema accepts: %s', (_, comparison) => {
  expect(sarifErrors(JSON.parse(renderComparisonSarif(comparison)))).toEqual([]);
});

test('a new finding, an accepted one, one on both sides and one gone are told apart', () => {
  const gone = buildFindingChange({ presence: 'gone', fingerprint: 'beef0004' });
  const leaky = buildLeaky();
  const all = results({ ...leaky, findings: [...leaky.findings, gone] });
  expect(
    all.map(({ baselineState, level, kind, suppressions, partialFingerprints }) => [
      partialFingerprints!['culpritFingerprint/v1'],
      baselineState,
      level,
      kind ?? 'fail',
      suppressions?.[0]?.kind ?? 'open',
    ]),
  ).toEqual([
    ['c0ffee12', 'new', 'error', 'fail', 'open'],
    ['beef0001', 'new', 'warning', 'fail', 'external'],
    ['beef0003', 'unchanged', 'note', 'fail', 'open'],
    ['beef0004', 'absent', 'none', 'pass', 'open'],
  ]);
});

test('functions that became slower are results at their line, with a fingerprint that moves with them', () => {
  const [slower, ...others] = results(buildSlower());
  expect(slower!.locations![0]!.physicalLocation).toEqual({
    artifactLocation: { uri: 'src/search.js', uriBaseId: '%SRCROOT%' },
    region: { startLine: 12 },
  });
  expect(others.map(({ message }) => message.text!.split(' ')[0])).toEqual(['normalize']);
  const moved = buildComparison({ functions: [buildFunction({ line: 99 })] });
  expect(results(moved)[0]!.partialFingerprints).toEqual(slower!.partialFingerprints);
});

test('every result names a rule that is declared, with help', () => {
  const { tool, results: all } = run(buildLeaky());
  for (const { ruleId, ruleIndex } of all!) {
    expect(tool.driver.rules![ruleIndex!]!.id).toBe(ruleId);
    expect(tool.driver.rules![ruleIndex!]!.help!.text).not.toBe('');
  }
});

describe('a place outside the repository', () => {
  const OUTSIDE = ['node:fs', '/usr/lib/x.js', '../x.js', 'a/../../x.js', 'C:\\x.js', '', 'x'.repeat(5000)];
  test.each(OUTSIDE)('%s is no result, but is told', (file) => {
    const { results: all, invocations } = run(buildComparison({ findings: [buildFindingChange({ file })] }));
    expect(all).toEqual([]);
    expect(invocations![0]!.toolExecutionNotifications![0]!.message.text).toContain('message` listener');
  });

  test.each([
    ['src/a b#c%.js', 'src/a%20b%23c%25.js'],
    ['./src/é.js', 'src/%C3%A9.js'],
    ['src\\win.js', 'src/win.js'],
    ['src/\ud800.js', 'src/%EF%BF%BD.js'],
  ])('and one inside is a relative URI: %s', (file, uri) => {
    const [result] = results(buildComparison({ findings: [buildFindingChange({ file })] }));
    expect(result!.locations![0]!.physicalLocation!.artifactLocation!.uri).toBe(uri);
  });
});

test('no message holds a link', () => {
  const finding = buildFindingChange({ title: 'see [this](http://evil.example)' });
  expect(results(buildComparison({ findings: [finding] }))[0]!.message.text).not.toContain('](');
});
