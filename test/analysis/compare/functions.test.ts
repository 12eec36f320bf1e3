// Which function changed: matched over moved lines and renamed bundles, with costs that only moved cancelled out.
import { describe, expect, test } from 'vitest';
import { placeKey } from '../../../src/analysis/compare/call-costs.ts';
import { compareRuns } from '../../../src/analysis/compare/compare-runs.ts';
import { matchFunctions, stableFile } from '../../../src/analysis/compare/match-functions.ts';
import type { Frame } from '../../../src/model/frame.ts';
import { type Call, frameOf, runOf } from '../../support/build-runs.ts';
import { seededRandom } from '../../support/shapes.ts';

const LIMITS = {
  falseAlarm: 0.01,
  functionFalseAlarm: 0.01,
  functionLookShare: 1,
  smallest: 0.02,
  confidence: 0.99,
};
const places = (...frames: Frame[]) => frames.map((frame) => ({ key: placeKey(frame), frame }));

describe('functions of two sides are the same', () => {
  const same = (base: Frame[], head: Frame[]) => {
    const matched = matchFunctions(places(...base), places(...head));
    return head.map((frame) =>
      base.findIndex((b) => matched.base.get(placeKey(b)) === matched.head.get(placeKey(frame))),
    );
  };

  test('when their lines moved', () => {
    expect(same([frameOf('rank', { line: 10 })], [frameOf('rank', { line: 44 })])).toEqual([0]);
  });

  test('when a build gave the file a new name', () => {
    const base = frameOf('rank', { file: 'dist/server.3f9ac21b.js' });
    expect(same([base], [frameOf('rank', { file: 'dist/server.88aa01cd.js' })])).toEqual([0]);
    expect(stableFile('dist/chunk-AB12CD34.mjs')).toBe('dist/chunk-*.mjs');
    expect(stableFile('src/orderHandlers.js')).toBe('src/orderHandlers.js');
  });

  test('when a package has a new version', () => {
    const library = { owner: 'library' as const, file: 'node_modules/words/a.js' };
    const base = frameOf('split', { ...library, package: 'words@1.0.0' });
    expect(same([base], [frameOf('split', { ...library, package: 'words@2.1.0' })])).toEqual([0]);
  });

  test('when their file was moved', () => {
    expect(
      same([frameOf('rank', { file: 'src/a.js' })], [frameOf('rank', { file: 'src/search/a.js' })]),
    ).toEqual([0]);
  });

  test('in the order of the file, when they have no name', () => {
    const at = (line: number) => frameOf('(anonymous)', { line });
    expect(same([at(5), at(20)], [at(8), at(31)])).toEqual([0, 1]);
  });

  test('together, when nobody can say which is which', () => {
    const at = (line: number) => frameOf('(anonymous)', { line });
    expect(same([at(5), at(20)], [at(8), at(15), at(31)])).toEqual([0, 0, 0]);
  });

  test('and are not, when the name is of another file that still exists', () => {
    const kept = frameOf('rank', { file: 'src/a.js' });
    expect(same([kept], [kept, frameOf('rank', { file: 'src/b.js' })])).toEqual([0, -1]);
  });
});

/** Eight pairs; every number differs by some noise from run to run. */
function compared(base: () => Call[], head: () => Call[]) {
  const random = seededRandom(5);
  const noisy = (tree: Call[]): Call[] =>
    tree.map(([frame, self, ...children]) => [
      frame,
      self * (1 + 0.02 * (random() - 0.5)),
      ...noisy(children),
    ]);
  const runs = (tree: () => Call[]) => Array.from({ length: 8 }, (_, pair) => runOf(noisy(tree()), { pair }));
  return compareRuns(runs(base), runs(head), LIMITS);
}

const handle = frameOf('handle', { line: 1 });
const rank = frameOf('rank', { line: 20 });
const score = frameOf('score', { line: 40 });
const other = frameOf('render', { file: 'src/page.js' });
const verdicts = ({ functions }: ReturnType<typeof compared>) =>
  functions.map(
    ({ change }) =>
      `${change.function} ${change.verdict}${change.movedWith.length > 0 ? ` moved with ${change.movedWith}` : ''}`,
  );

describe('a function', () => {
  test('that takes more is named, with its part of the whole', () => {
    const tree = (rankMicros: number) => (): Call[] => [[handle, 20, [rank, rankMicros], [other, 30]]];
    const result = compared(tree(50), tree(56));
    expect(result.functions[0]!.change).toMatchObject({
      function: 'rank',
      verdict: 'different',
      direction: 'worse',
      movedWith: [],
    });
    expect(result.functions[0]!.change.change).toBeCloseTo(0.06, 2);
    expect(verdicts(result).filter((text) => text.includes('different'))).toEqual(['rank different']);
  });

  test('that is not changed is not named', () => {
    const tree = (): Call[] => [[handle, 20, [rank, 50], [other, 30]]];
    expect(verdicts(compared(tree, tree)).filter((text) => text.includes('different'))).toEqual([]);
  });

  test('that was split does not cost more: what it lost its new callee has', () => {
    const base = (): Call[] => [[handle, 20, [rank, 50], [other, 30]]];
    const head = (): Call[] => [[handle, 20, [rank, 20, [score, 30]], [other, 30]]];
    expect(verdicts(compared(base, head)).slice(0, 2).sort()).toEqual([
      'rank same moved with score',
      'score same moved with rank',
    ]);
  });

  test('that was split and costs more on top is named for what is left', () => {
    const base = (): Call[] => [[handle, 20, [rank, 50], [other, 30]]];
    const head = (): Call[] => [[handle, 20, [rank, 20, [score, 42]], [other, 30]]];
    const result = compared(base, head);
    const changed = result.functions.filter(({ change }) => change.verdict === 'different');
    expect(changed.map(({ change }) => change.function)).toEqual(['score']);
    expect(changed[0]!.net).toBeCloseTo(0.12, 1);
  });

  test('far away from one that got faster does not cancel it', () => {
    const base = (): Call[] => [
      [handle, 20, [rank, 50]],
      [other, 30],
    ];
    const head = (): Call[] => [
      [handle, 20, [rank, 56]],
      [other, 24],
    ];
    expect(verdicts(compared(base, head)).slice(0, 2).sort()).toEqual(['rank different', 'render different']);
  });
});
