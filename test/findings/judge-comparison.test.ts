// The verdict on two sides, and the sentence that says it.
import { describe, expect, test } from 'vitest';
import { COMPARE_DEFAULTS, compare } from '../../src/comparison/compare.ts';
import type { FindingChange } from '../../src/model/comparison/comparison.ts';
import type { Run } from '../../src/model/comparison/run.ts';
import { type Call, frameOf, runOf } from '../support/build-runs.ts';
import { seededRandom } from '../support/shapes.ts';

const handle = frameOf('handle', { file: 'src/server.js', line: 3 });
const rank = frameOf('rank', { file: 'src/search.js', line: 12 });
const split = frameOf('split', {
  owner: 'library',
  package: 'words@1.2.0',
  file: 'node_modules/words/index.js',
});

/** Eight pairs, whole runs and profiles in one; `noise` is how much a run differs from the next. */
function sides(
  base: Call[],
  head: Call[],
  noise = 0.01,
  more: (isHead: boolean, pair: number) => Partial<Run> = () => ({}),
) {
  const random = seededRandom(21);
  const shaken = (tree: Call[]): Call[] =>
    tree.map(([frame, self, ...children]) => [
      frame,
      self * (1 + noise * (random() - 0.5) * 2),
      ...shaken(children),
    ]);
  const runs = (tree: Call[], isHead: boolean) =>
    Array.from({ length: 8 }, (_, pair) => runOf(shaken(tree), { pair, ...more(isHead, pair) }));
  const [before, after] = [runs(base, false), runs(head, true)];
  return (findings: FindingChange[] = []) =>
    compare(
      { label: 'main', commit: null, runs: before },
      { label: 'change', commit: null, runs: after },
      findings,
      COMPARE_DEFAULTS,
    ).comparison;
}

const tree = (rankMicros: number, splitMicros = 20): Call[] => [
  [handle, 30, [rank, rankMicros, [split, splitMicros]]],
];

describe('two sides', () => {
  test('that are alike are the same', () => {
    const comparison = sides(tree(50), tree(50))();
    expect(comparison).toMatchObject({ verdict: 'same', direction: 'none', culprit: null, runsNeeded: null });
    expect(comparison.verdictReason).toBe(
      'No change of 2% or more: 8 pairs of runs are the same within the noise.',
    );
  });

  test('of which head needs more name the function', () => {
    const comparison = sides(tree(50), tree(58))();
    expect(comparison).toMatchObject({ verdict: 'different', direction: 'worse' });
    expect(comparison.culprit).toMatchObject({ function: 'rank', file: 'src/search.js', line: 12 });
    expect(comparison.verdictReason).toMatch(
      /^Head needs [78](\.\d)?% \([\d.]+% to [\d.]+%\) more CPU time\. rank \(src\/search\.js:12\) takes [78](\.\d)?% more of all CPU time\.$/,
    );
  });

  test('of which head needs less are different, and better', () => {
    const comparison = sides(tree(58), tree(50))();
    expect(comparison).toMatchObject({ verdict: 'different', direction: 'better' });
    expect(comparison.verdictReason).toContain('less CPU time. rank (src/search.js:12) takes');
  });

  test('that differ in a library name the line that calls it, and the library', () => {
    const comparison = sides(tree(50, 20), tree(50, 32))();
    expect(comparison.culprit).toMatchObject({ function: 'rank', owner: 'app' });
    expect(comparison.verdictReason).toContain('rank (src/search.js:12), through split of words@1.2.0 takes');
  });

  test('whose runs differ more than the sides cannot be told apart, and say how many runs would do', () => {
    const comparison = sides(tree(50), tree(51), 0.25)();
    expect(comparison).toMatchObject({ verdict: 'unsure', direction: 'none', culprit: null });
    expect(comparison.runsNeeded).toBeGreaterThan(8);
    expect(comparison.verdictReason).toMatch(
      /^8 pairs of runs are inconclusive: .* About \d+ runs per side would decide it\.$/,
    );
  });

  test('of which head keeps something of each request leak', () => {
    const leak = (isHead: boolean, pair: number): Partial<Run> => ({
      metrics: { 'cpu.total': 100 + pair / 10, 'heap.leak': (isHead ? 80 : 4) + (pair % 3) },
    });
    const comparison = sides(tree(50), tree(50), 0.01, leak)();
    expect(comparison).toMatchObject({ verdict: 'different', direction: 'worse', culprit: null });
    expect(comparison.verdictReason).toMatch(
      /^Head keeps 7\d bytes \(7\d bytes to 7\d bytes\) more of the heap after each request\.$/,
    );
  });
});

describe('findings', () => {
  const finding: FindingChange = {
    fingerprint: 'c0ffee12',
    kind: 'listener-leak',
    severity: 'warning',
    title: 'listeners of `data` accumulate (src/ws.ts:88)',
    file: 'src/ws.ts',
    line: 88,
    function: 'open',
    advice: [],
    presence: 'new',
    accepted: null,
  };
  const alike = sides(tree(50), tree(50));

  test('that are new make the sides different', () => {
    const comparison = alike([finding]);
    expect(comparison).toMatchObject({ verdict: 'different', direction: 'worse' });
    expect(comparison.verdictReason).toBe('New: listeners of `data` accumulate (src/ws.ts:88).');
  });

  test.each<[string, Partial<FindingChange>]>([
    ['accepted', { accepted: { reason: 'known', by: 'ann', until: '2027-01-01' } }],
    ['gone', { presence: 'gone' }],
    ['on both sides', { presence: 'both' }],
  ])('that are %s do not', (_, change) => {
    expect(alike([{ ...finding, ...change }]).verdict).toBe('same');
  });
});
