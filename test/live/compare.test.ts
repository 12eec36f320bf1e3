// `culprit compare` on files: profiles of other tools and recordings, several of each side or one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import { buildRawCpuProfile, type Slice } from '../support/build-profile.ts';
import { seededRandom } from '../support/shapes.ts';
import { type CulpritResult, runCulprit, wentWrongInside } from './support/culprit.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-compare-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const random = seededRandom(9);
let written = 0;

/** A profile of so many milliseconds in each function, more or less. */
function profileOf(millis: Record<string, number>, shift = 0): string {
  const slices: Slice[] = [];
  for (let turn = 0; turn < 100; turn++) {
    for (const [name, share] of Object.entries(millis)) {
      const line = 10 + shift + Object.keys(millis).indexOf(name) * 20;
      slices.push([
        `main@/app/a.js:${1 + shift} > ${name}@/app/a.js:${line}`,
        Math.round(share * (0.9 + 0.2 * random())),
      ]);
    }
  }
  const path = join(dir, `${written++}.cpuprofile`);
  writeFileSync(path, JSON.stringify(buildRawCpuProfile(slices)));
  return path;
}

const several = (count: number, make: () => string) => Array.from({ length: count }, make);
const compare = (base: string[], head: string[], ...more: string[]) =>
  runCulprit(['compare', '--base', ...base, '--head', ...head, ...more]);
const comparisonOf = (result: CulpritResult): Comparison => {
  expect([wentWrongInside(result), result.stderr]).toEqual([null, '']);
  return JSON.parse(result.stdout);
};

const BEFORE = { rank: 20, render: 20, parse: 20 };
const AFTER = { rank: 32, render: 20, parse: 20 };

describe('profiles', () => {
  test('of two sides name the function that takes a larger part, wherever its lines are now', async () => {
    const result = await compare(
      several(6, () => profileOf(BEFORE)),
      several(6, () => profileOf(AFTER, 7)),
      '--json',
      '-',
    );
    const comparison = comparisonOf(result);
    expect(comparison).toMatchObject({
      verdict: 'different',
      direction: 'worse',
      per: 'run',
      findingsCompared: false,
    });
    expect(comparison.culprit).toMatchObject({
      function: 'rank',
      file: '/app/a.js',
      line: 17,
      direction: 'worse',
    });
    expect(comparison.culprit!.change).toBeGreaterThan(0.05);
  });

  test('of one program are the same', async () => {
    const comparison = comparisonOf(
      await compare(
        several(6, () => profileOf(BEFORE)),
        several(6, () => profileOf(BEFORE)),
        '--json',
        '-',
      ),
    );
    expect(comparison).toMatchObject({ verdict: 'same', direction: 'none', culprit: null });
  });

  test('one a side: no verdict, and what would give one', async () => {
    const paths = [profileOf(BEFORE), profileOf(AFTER)];
    const result = await runCulprit(['compare', ...paths, '--json', '-']);
    const comparison = comparisonOf(result);
    expect(comparison).toMatchObject({ verdict: 'unsure', culprit: null, runsNeeded: 5 });
    expect(comparison.warnings.join()).toContain('One run of a side does not show how much its runs vary');
    expect(result.code).toBe(0);
    const strict = await runCulprit(['compare', ...paths, '--fail-on', 'function>3%', '--on-unsure', 'fail']);
    expect([wentWrongInside(strict), strict.code]).toEqual([null, 1]);
    const lenient = await runCulprit(['compare', ...paths, '--fail-on', 'function>3%']);
    expect(lenient.code).toBe(0);
  });

  test('of two programs: says that nothing is in both', async () => {
    const result = await compare(
      several(4, () => profileOf({ one: 20, two: 20 })),
      several(4, () => profileOf({ three: 20, four: 20 })),
      '--json',
      '-',
    );
    // "main" is in both, but it does nothing itself.
    expect(
      JSON.parse(result.stdout)
        .functions.map((f: { presence: string }) => f.presence)
        .sort(),
    ).toEqual(['gone', 'gone', 'new', 'new']);
  });

  test('in folders count as the runs of a side', async () => {
    const [base, head] = ['base', 'head'].map((name) => mkdtempSync(join(dir, name)));
    for (const [folder, what] of [
      [base, BEFORE],
      [head, AFTER],
    ] as const)
      for (let i = 0; i < 5; i++)
        writeFileSync(
          join(folder!, `${i}.cpuprofile`),
          JSON.stringify(
            buildRawCpuProfile([
              [`rank@/app/a.js:1`, what.rank * 10 + i],
              [`render@/app/a.js:9`, 200],
            ]),
          ),
        );
    const result = await runCulprit(['compare', base!, head!, '--json', '-']);
    expect(comparisonOf(result)).toMatchObject({
      verdict: 'different',
      base: { runs: 5 },
      head: { runs: 5 },
    });
  });
});

describe('wrong use is one sentence with the cure:', () => {
  test.each([
    [['compare', 'only-one'], 'Give two recordings'],
    [['compare', '/nowhere.cpuprofile', '/nowhere.cpuprofile'], 'does not exist'],
    [['compare', '--base', '/nowhere'], 'Give two recordings'],
  ])('%j', async (args, said) => {
    const result = await runCulprit(args);
    expect([wentWrongInside(result), result.code]).toEqual([null, 2]);
    expect(result.stderr).toContain(said);
  });

  test('a folder with nothing in it', async () => {
    const empty = mkdtempSync(join(dir, 'empty'));
    const result = await runCulprit(['compare', empty, empty]);
    expect([result.code, result.stderr]).toEqual([
      2,
      expect.stringContaining('no recording and no profile in it'),
    ]);
  });

  test('outputs of a load tool that are none, or too few', async () => {
    const log = join(dir, 'load.txt');
    writeFileSync(log, 'all fine\n');
    const [base, head] = [profileOf(BEFORE), profileOf(BEFORE)];
    const none = await compare([base], [head], '--base-load', log, '--head-load', log);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('is not the output of a known load tool'),
    ]);
    const few = await compare([base, profileOf(BEFORE)], [head], '--base-load', log);
    expect([few.code, few.stderr]).toEqual([2, expect.stringContaining('names 1 files for 2 runs')]);
  });
});
