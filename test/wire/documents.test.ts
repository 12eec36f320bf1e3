// What culprit writes keeps to its published schemas, whole documents by both validators.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { renderJson } from '../../src/report/json.ts';
import { buildReport } from '../report/build-report.ts';
import { rejectedBy, reportErrors, schemaErrors } from '../support/json-schemas.ts';
import { names, triageOutput } from '../triage/corpus.ts';

const COMPARISONS = fileURLToPath(new URL('../golden/compare/', import.meta.url));
const BOTH = ['JSON Schema', 'valibot'];

test.each(names())('the triage of %s', async (name) => {
  expect(reportErrors(JSON.parse(renderJson(await triageOutput(name))))).toEqual([]);
});

test.each(readdirSync(COMPARISONS).filter((file) => file.endsWith('.json')))('%s', (file) => {
  expect(schemaErrors('comparison-v1', JSON.parse(readFileSync(COMPARISONS + file, 'utf8')))).toEqual([]);
});

describe('a triage is rejected', () => {
  const withFirst = async (change: (crash: Record<string, unknown>) => void) => {
    const report = JSON.parse(renderJson(await triageOutput('pg-refused-22')));
    change(report.findings[0]);
    return rejectedBy('report-v2', report);
  };

  test('without the harm of a crash', async () => {
    expect(await withFirst((finding) => delete finding.harm)).toEqual(BOTH);
  });

  test('without the crash', async () => {
    expect(await withFirst((finding) => delete finding.crash)).toEqual(BOTH);
  });

  test('with a finding of another kind', async () => {
    const change = (finding: Record<string, unknown>) => Object.assign(finding, { kind: 'heap-leak' });
    expect(await withFirst(change)).toEqual(BOTH);
  });
});

test('a triage and an audit say nothing of a capture, and a diagnosis cannot do without one', async () => {
  expect(await triageOutput('pg-refused-22')).not.toHaveProperty('capture');
  const { capture: _capture, ...rest } = buildReport();
  expect(rejectedBy('report-v2', rest)).toEqual(BOTH);
});
