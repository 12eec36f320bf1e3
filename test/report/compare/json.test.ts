import { describe, expect, test } from 'vitest';
import { renderComparisonJson } from '../../../src/report/compare/json.ts';
import { rejectedBy, schemaErrors } from '../../support/json-schemas.ts';
import {
  buildComparison,
  buildDecision,
  buildEmpty,
  buildFindingChange,
  buildFunction,
  buildGates,
  buildHostile,
  buildLeaky,
  buildMetric,
  buildSlower,
  buildUnknown,
} from '../build-comparison.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

test.each([
  ['nothing changed', buildComparison()],
  ['slower', buildSlower()],
  ['leaky', buildLeaky()],
  ['nothing known', buildUnknown()],
  ['nothing measured', buildEmpty()],
  ['fields of a later version', { ...buildComparison(), later: { field: 1 } }],
])('the schema accepts: %s', (_, comparison) => {
  expect(schemaErrors('comparison-v1', JSON.parse(renderComparisonJson(comparison)))).toEqual([]);
});

// An empty title or fingerprint is no finding; everything else may be empty.
test.each(HOSTILE_TEXTS.filter(([, text]) => text !== ''))(
  'a comparison survives being rendered and parsed: %s in every name',
  (_, text) => {
    const comparison = buildHostile(text);
    const parsed = JSON.parse(renderComparisonJson(comparison));
    expect(parsed).toEqual(comparison);
    expect(schemaErrors('comparison-v1', parsed)).toEqual([]);
  },
);

describe('the schema rejects', () => {
  test.each([
    ['another schema version', { schemaVersion: 2 }],
    ['an unknown verdict', { verdict: 'perhaps' }],
    ['a metric that does not exist', { metrics: [{ ...buildMetric('cpu.total'), name: 'cpu.magic' }] }],
    ['a change that is not a number', { metrics: [{ ...buildMetric('cpu.total'), change: '5 %' }] }],
    ['a 0-based line', { functions: [buildFunction({ line: 0 })] }],
    ['an unknown kind of finding', { findings: [{ ...buildFindingChange(), kind: 'bad-luck' }] }],
    ['an acceptance by nobody', { findings: [{ ...buildFindingChange(), accepted: { reason: 'so' } }] }],
    [
      'evidence that is a list',
      { gates: buildGates([{ ...buildDecision(), evidence: { a: [] as never } }]) },
    ],
    ['an unknown outcome', { gates: buildGates([{ ...buildDecision(), outcome: 'maybe' as never }]) }],
    ['no warnings list', { warnings: null }],
  ])('%s', (_, overrides) => {
    const both = ['JSON Schema', 'valibot'];
    expect(rejectedBy('comparison-v1', { ...buildComparison(), ...overrides })).toEqual(both);
  });
});
