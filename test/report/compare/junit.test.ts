import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/model/comparison/comparison.ts';
import { renderComparisonJunit } from '../../../src/report/compare/junit.ts';
import { junitErrors } from '../../support/validate-outputs.ts';
import {
  buildComparison,
  buildEmpty,
  buildHostile,
  buildLeaky,
  buildSlower,
  buildUnknown,
} from '../build-comparison.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

const namesOf = (xml: string) => [...xml.matchAll(/<testcase name="([^"]*)"/g)].map(([, name]) => name);
const count = (xml: string, element: string) => xml.match(new RegExp(`<${element}[ >]`, 'g'))?.length ?? 0;

test('the validator is at work', async () => {
  expect(await junitErrors('<testsuites><testsuite/></testsuites>')).not.toEqual([]);
  expect(await junitErrors('<testsuites>\x01</testsuites>')).not.toEqual([]);
});

test.each<[string, Comparison]>([
  ['nothing changed', buildComparison()],
  ['slower', buildSlower()],
  ['leaky', buildLeaky()],
  ['nothing known', buildUnknown()],
  ['nothing measured', buildEmpty()],
  ['a time that is none', buildComparison({ createdAt: 'yesterday' })],
  ...HOSTILE_TEXTS.map(([what, text]): [string, Comparison] => [what, buildHostile(text)]),
  ...HOSTILE_TEXTS.map(([what, text]): [string, Comparison] => [
    `${what}, no gates`,
    { ...buildHostile(text), gates: null },
  ]),
])('the schema accepts: %s', async (_, comparison) => {
  expect(await junitErrors(renderComparisonJunit(comparison))).toEqual([]);
});

describe('with gates', () => {
  test('there is a test case for each, and failures carry the statement', () => {
    const xml = renderComparisonJunit(buildSlower());
    expect(namesOf(xml)).toEqual(['cpu.total>3%', 'heap.leak', 'latency.p99>10%']);
    expect(xml).toContain('tests="3" failures="1" errors="0" skipped="1"');
    expect(xml).toContain('<failure message="cpu.total rose by 5.2 % (4.1 % to 6.3 %), more than 3 %"');
  });

  test('an unsure one is skipped where that counts as passed, and else failed', () => {
    const [passes, fails] = [buildSlower(), buildLeaky()].map(renderComparisonJunit);
    expect([count(passes!, 'skipped'), count(fails!, 'skipped')]).toEqual([1, 0]);
    expect(passes).toContain('<skipped message="latency.p99 rose by');
    expect(fails).toContain('type="unsure"');
  });
});

describe('without gates', () => {
  test('there is a test case for each metric and each new finding', () => {
    const xml = renderComparisonJunit({ ...buildLeaky(), gates: null });
    expect(namesOf(xml)).toEqual([
      'cpu.total',
      'heap.leak',
      'handles.after',
      'listener-leak src/ws.ts:88',
      'heap-leak src/templates.ts:5',
    ]);
    expect(xml).toContain('tests="5" failures="2" errors="0" skipped="2"');
  });

  test('what could not be judged at all is not passed', () => {
    expect(renderComparisonJunit(buildEmpty())).toContain('tests="1" failures="0" errors="0" skipped="1"');
  });
});
