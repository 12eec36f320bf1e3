// Files that native code maps again and again, and resident memory that rises outside of the heap with nothing to name.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildObservations, change, cpu, type Habit, MB } from '../support/build-observations.ts';
import { filling, linear, type Shape } from '../support/shapes.ts';

/** Pages of files in resident memory. */
const pages = (bytes: Shape): Habit =>
  change(({ passive, runtime }) => {
    for (const sample of passive) {
      sample.rssBytes! += bytes(sample.atMillis / 1_000);
      sample.rssFileBytes! += bytes(sample.atMillis / 1_000);
    }
    for (const sample of runtime) sample.rssBytes! += bytes(sample.atMillis / 1_000);
  });
const mapped = (pattern: string, count: Shape): Habit =>
  change(({ passive }) => {
    for (const [i, sample] of passive.entries())
      if (i % 3 === 0) sample.mappedFiles = [{ pattern, count: Math.round(count(sample.atMillis / 1_000)) }];
  });
const FONTS = '/app/fonts/Sans-#.ttf';
const DRAWS = 'draw@/app/src/badge.js:16';
const profiled: Habit = (observations) => {
  const { sourceLines, passive } = observations;
  cpu([
    [`${DRAWS} > symbol#24`, 30],
    [`${DRAWS} > symbol#17`, 10],
    [DRAWS, 5],
    ['(idle)', 955],
  ])(observations);
  sourceLines.set('src/badge.js:17', 'fonts.registerFromPath(file, family);');
  sourceLines.set('src/badge.js:24', 'context.fillText(text, 12, 36);');
  passive.at(-1)!.addons = [{ path: '/app/node_modules/canvas/skia.node', package: 'canvas@0.1.69' }];
};
const judged = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits)));

describe('mappings of files that become more, with resident memory', () => {
  test('are a finding, at the native call whose name says that it takes something in', () => {
    const { findings } = judged(pages(linear(2 * MB)), mapped(FONTS, linear(4)), profiled);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'native-memory-growth',
      title:
        'Native code maps /app/fonts/Sans-#.ttf into memory again and again, 4/s more, and resident memory grows by 2 MB/s (src/badge.js:17, draw)',
      subject: { file: 'src/badge.js', line: 17 },
      caveats: [expect.stringMatching(/It infers src\/badge\.js:17 from the native functions/)],
    });
    const statements = findings[0]!.evidence.map(({ statement }) => statement).join('\n');
    expect(statements).toMatch(/^mappings of \/app\/fonts\/Sans-#\.ttf rose in /);
    expect(statements).toMatch(/native addons loaded: canvas@0\.1\.69/);
    expect(statements).toMatch(/the program calls native functions in src\/badge\.js:24, src\/badge\.js:17/);
  });

  test('name no place where no call is seen', () => {
    const { findings } = judged(pages(linear(2 * MB)), mapped(FONTS, linear(4)));
    expect(findings[0]).toMatchObject({ kind: 'native-memory-growth', subject: { file: null } });
  });

  test.each<[string, Habit[]]>([
    ['as many as before', [pages(linear(2 * MB)), mapped(FONTS, () => 40)]],
    ['more, but resident memory stands', [mapped(FONTS, linear(4))]],
    ['more until all are loaded', [pages(filling(8, 60 * MB)), mapped(FONTS, filling(8, 40))]],
  ])('are none where they are %s', (_why, habits) => {
    expect(judged(...habits).findings).toEqual([]);
  });
});

test('resident memory that rises to the end is not called healthy because it is pages of files', () => {
  const { verdict, verdictReason } = judged(pages(linear(4 * MB)));
  expect(verdict).toBe('too-little-data');
  expect(verdictReason).toMatch(
    /^Resident memory rose from [\d.]+ MB to [\d.]+ MB in 30 s, at 4 MB\/s until the end; [\d.]+ MB of that lies outside the heap and its buffers \([\d.]+ MB of it are pages of files\)\./,
  );
});
