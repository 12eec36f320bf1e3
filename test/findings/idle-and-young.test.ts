// What silence is worth: of a process that did nothing, nothing; of one that has just started, less.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { DEFAULTS } from '../../src/defaults.ts';
import { YOUNG_SECONDS } from '../../src/findings/thresholds/growth.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { cpuWaits } from '../support/build-container.ts';
import { buildLook, change, cpu, type Habit, heapFloor, KB, MB } from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const verdictOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));

const answers = (perSample: number): Habit =>
  change(({ runtime }) => {
    for (const sample of runtime) sample.requests = { answered: perSample, failed: 0 };
  });
const sleeps = cpu([['(idle)', 100]], 30_000);
/** Node's own timers and sockets, without anybody's code on the stack. */
const turnsByItself = cpu(
  [
    ['processTimers@node:internal/timers:500', 2],
    ['(idle)', 98],
  ],
  30_000,
);
const works = cpu(
  [
    ['work@/app/src/job.js:3', 1],
    ['(idle)', 199],
  ],
  30_000,
);

const unprofiled = change((observations) => {
  observations.cpuProfiles = [];
});
/** Of the whole process, in cores. */
const usesCpu = (cores: number): Habit =>
  change(({ passive }) => {
    for (const sample of passive) sample.cpuMicros = sample.atMillis * 1_000 * cores;
  });

describe('a process is idle', () => {
  test('that is not profiled, because it is hardly busy', () => {
    expect(verdictOf(answers(0), unprofiled, usesCpu(0.01)).verdict).toBe('idle');
    expect(verdictOf(answers(0), unprofiled, usesCpu(0.05)).verdict).toBe('healthy');
  });

  test.each([
    ['that answers nothing and sleeps', [answers(0), sleeps]],
    ['in which only Node.js itself runs', [answers(0), turnsByItself]],
    ['that had to wait for a CPU when culprit asked it something', [answers(0), sleeps, cpuWaits(0.05, 0.9)]],
  ])('%s', (_, habits) => {
    const { verdict, verdictReason, findings } = verdictOf(...habits);
    expect([verdict, findings]).toEqual(['idle', []]);
    expect(verdictReason).toMatch(/^It answered no request in 30 s, and its own code ran for /);
  });

  test.each([
    ['one that answers', [answers(1), sleeps]],
    ['one whose code runs, for 150 ms', [answers(0), works]],
    ['one whose requests are not counted', [sleeps]],
    ['one that was neither profiled nor timed', [answers(0), unprofiled]],
  ])('but not %s', (_, habits) => {
    expect(verdictOf(...habits).verdict).toBe('healthy');
  });

  test('but not where a cause is found', () => {
    expect(verdictOf(answers(0), sleeps, heapFloor(linear(MB), 'f@/app/a.js:1')).verdict).toBe('findings');
  });
});

describe('a young process that is healthy', () => {
  const aged = (uptimeSeconds: number | null) =>
    verdictOf(
      change((observations) => {
        observations.target.uptimeSeconds = uptimeSeconds;
      }),
    ).verdictReason;

  test('says so', () => {
    expect(aged(25)).toMatch(/ The process had run for only 25 s: its start-up can hide a slow leak\.$/);
    expect(aged(110)).toMatch(/had run for only 110 s:/);
  });

  test.each([[600], [null]])('is none at %s s', (seconds) => {
    expect(aged(seconds)).not.toMatch(/had run for/);
  });

  test('is as old as --settle waits for at most', () => {
    expect(DEFAULTS.settle.ageMillis).toBe(YOUNG_SECONDS * 1_000);
  });
});

describe('a small rise of the heap whose holder is not seen, in a young process', () => {
  const young = change((observations) => {
    observations.target.uptimeSeconds = 10;
  });
  /** Entries that expire: fast until the first do, and then what scatters. As a server had it, in KB at these seconds. */
  const seen: [seconds: number, kilobytes: number][] = [
    [0, 0],
    [5, 190],
    [8, 370],
    [10, 590],
    [13, 760],
    [16, 705],
    [19, 765],
    [22, 735],
    [25, 710],
    [28, 825],
    [30, 850],
  ];
  const fills = (times = 1): Habit =>
    change((observations) => {
      heapFloor(linear(38 * KB), PLACE)(observations);
      const floors = observations.runtime.filter(({ afterGc }) => afterGc).slice(0, seen.length);
      observations.runtime = observations.runtime.filter(
        (sample) => !sample.afterGc || floors.includes(sample),
      );
      for (const [i, [seconds, kilobytes]] of seen.entries())
        Object.assign(floors[i]!, {
          atMillis: seconds * 1_000,
          heapUsedBytes: 9 * MB + kilobytes * KB * times,
        });
    });
  const PLACE = 'addItem@/app/src/carts.js:6';

  test('is a cache that is complete where most of it came early', () => {
    const { verdict, verdictReason } = verdictOf(young, fills());
    expect(verdict).toBe('healthy');
    expect(verdictReason).toMatch(/the heap after garbage collection grew by [\d.]+ KB\/s/);
  });

  test.each<[string, Habit[]]>([
    ['it comes at one pace', [young, heapFloor(linear(30 * KB), PLACE)]],
    ['it is large', [young, fills(5)]],
    ['the process is old enough for its caches to be full', [fills()]],
  ])('is a leak where %s', (_, habits) => {
    expect(verdictOf(...habits).findings.map(({ kind }) => kind)).toEqual(['heap-leak']);
  });
});
