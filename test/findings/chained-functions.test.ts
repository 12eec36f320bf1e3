// Functions of a package that each keep the one before it: what registers something anew at each call makes them.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, closures, type Habit, heapFloor, KB, MB } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { linear, sum } from '../support/shapes.ts';

const PLACE =
  'toHtml@/app/src/render.js:6 > parse@/app/node_modules/mail/index.js:266 > use@/app/node_modules/md/lib.js:69';
const WRAPPER = '(anonymous)@/app/node_modules/md/lib.js:140';
const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));
/** Our own looks leave some behind for a while, so that the floor goes up and down. */
const bumps = sum(
  (seconds) => (seconds > 14 && seconds < 17 ? 2 * MB : 0),
  (seconds) => (seconds > 21 && seconds < 25 ? MB : 0),
);

const MADE = [heapFloor(linear(100 * KB), PLACE), heapFloor(bumps)];

describe('a long chain of functions of a package', () => {
  test('is proof where the floor of the heap scatters, and is told at the call of the program', () => {
    const { findings } = judged(...MADE, closures(WRAPPER, 17, 612, 595));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'heap-leak',
      title: expect.stringMatching(
        /^Functions of md form a chain of 612 or more in which each keeps the one before it \(src\/render\.js:6, toHtml, through mail > md /,
      ),
      subject: { function: 'toHtml', file: 'src/render.js', line: 6 },
      advice: [
        expect.stringMatching(
          /^md wraps its functions with those that `toHtml` \(src\/render\.js:6\) passes to it, /,
        ),
      ],
    });
    expect(findings[0]!.advice[0]).toContain('where mail does it, look for a newer version');
    expect(findings[0]!.caveats[0]).toContain('The finding rests on the number of functions.');
  });

  test('is placed by what its package allocates for the program where samples scatter', () => {
    const levels = [2, 1, 3, 2.5, 2, 2.6];
    const scattered: Habit = (observations) => {
      observations.heapReads = observations.heapReads.slice(0, levels.length);
      for (const [i, read] of observations.heapReads.entries())
        read.stacks = [{ frames: framesFrom(PLACE), liveBytes: levels[i]! * MB }];
    };
    const made = [heapFloor(linear(100 * KB)), heapFloor(bumps), scattered];
    expect(judged(...made, closures(WRAPPER, 17, 612, 595)).findings[0]).toMatchObject({
      subject: { function: 'toHtml', file: 'src/render.js', line: 6 },
    });
  });

  test('is told from a rise that is proof by itself where it is shorter', () => {
    const { findings } = judged(heapFloor(linear(100 * KB), PLACE), closures(WRAPPER, 80, 90, 80));
    expect(findings[0]!.title).toMatch(/^Functions of md form a chain of 90 or more /);
  });

  const others: [string, Habit[]][] = [
    ['the heap does not rise', [closures(WRAPPER, 17, 612, 595)]],
    ['it is short', [...MADE, closures(WRAPPER, 80, 190, 180)]],
    ['the functions do not hold each other', [...MADE, closures(WRAPPER, 17, 612)]],
  ];
  test.each(others)('is none where %s', (_why, habits) => {
    expect(judged(...habits).findings.map(({ kind }) => kind)).not.toContain('heap-leak');
  });
});
