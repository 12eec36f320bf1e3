import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../../src/model/comparison/comparison.ts';
import { renderComparisonText } from '../../../src/report/compare/text/text.ts';
import {
  buildChange,
  buildComparison,
  buildFindingChange,
  buildFunction,
  buildLeaky,
  buildMetric,
  buildSlower,
} from '../build-comparison.ts';

const text = (comparison: Comparison, width = 100, quiet = false) =>
  renderComparisonText(comparison, { colors: false, width, quiet });

test('the first words are the verdict', () => {
  expect(text(buildSlower())).toMatch(/^WORSE: head needs 5\.2 %/);
  expect(text(buildComparison())).toMatch(/^SAME: /);
  expect(text(buildComparison({ verdict: 'unsure', runsNeeded: 30 }))).toMatch(/^NEED 18 MORE RUNS: /);
  expect(text(buildComparison({ verdict: 'unsure' }))).toMatch(/^UNSURE: /);
  expect(text(buildComparison({ verdict: 'different', direction: 'better' }))).toMatch(/^BETTER: /);
});

test.each([40, 60, 72, 80, 120])(
  'no line is wider than a terminal of %i columns when its words fit',
  (width) => {
    for (const comparison of [buildSlower(), buildLeaky(), buildComparison()]) {
      const wide = text({ ...comparison, gates: null }, width)
        .split('\n')
        .filter((line) => line.length > width && !line.includes('node_modules/'));
      expect(wide).toEqual([]);
    }
  },
);

test('colours change nothing but colours', () => {
  for (const width of [60, 100]) {
    const colored = renderComparisonText(buildSlower(), { colors: true, width });
    expect(colored).toContain('\x1b[');
    expect(colored.replaceAll(/\x1b\[\d+m/g, '')).toBe(text(buildSlower(), width));
  }
});

test('the short form has the verdict, what failed and what is new, and nothing else', async () => {
  const quiet = text(buildLeaky(), 100, true);
  await expect(quiet).toMatchFileSnapshot('../../golden/compare/leaky-quiet.txt');
});

test('a narrow terminal gets lines instead of a table', async () => {
  await expect(text(buildSlower(), 60)).toMatchFileSnapshot('../../golden/compare/slower-narrow.txt');
});

describe('a percentage is never made up:', () => {
  const row = (overrides: object) =>
    text(buildComparison({ metrics: [buildMetric('cpu.total', overrides)] }))
      .split('\n')
      .find((line) => line.includes('CPU time'))!;

  test('what did not change significantly has a tilde and its interval', () => {
    const line = row(buildChange(1000, 1004, 8));
    expect(line).toMatch(/│\s+~ │\s+-0\.4 to 1\.2 % │ same/);
  });

  test('what is unsure says how many more runs would tell', () => {
    const line = row({ ...buildChange(1000, 1040, 60), verdict: 'unsure', runsNeeded: 20 });
    expect(line).toMatch(/~ │\s+-2 to 10 % │ unsure: need 8 more runs/);
  });

  test('where no number of runs helps, none is named', () => {
    expect(row({ ...buildChange(1000, 1040, 60), verdict: 'unsure' })).toMatch(/│ unsure\s+│/);
  });

  test('from nothing to something is said in the unit', () => {
    const line = row({ ...buildChange(0, 96, 4), verdict: 'different', direction: 'worse' });
    expect(line).toMatch(/\+96 µs\/request/);
    expect(line).not.toContain('%');
  });
});

test('many functions and findings are cut, and the text says how many', () => {
  const shown = text(
    buildComparison({
      functions: Array.from({ length: 300 }, (_, index) => buildFunction({ function: `f${index}` })),
      findings: Array.from({ length: 300 }, () => buildFindingChange()),
    }),
  );
  expect(shown).toContain('and 290 more');
  expect(shown).toContain('and 280 more');
});
