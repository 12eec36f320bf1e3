import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { analyseHeapGrowth } from '../../src/analysis/growth/heap-growth.ts';
import { survivingSites, takeMemoryApart } from '../../src/analysis/growth/resource-growth.ts';
import type { AsyncObservation } from '../../src/model/async-resource.ts';
import {
  asyncSite,
  buildObservations,
  collection,
  external,
  fds,
  type Habit,
  heapFloor,
  KB,
  MB,
  native,
  sockets,
  worker,
} from '../support/build-observations.ts';
import { filling, linear, type Shape, sawtooth, settling, stairs, step } from '../support/shapes.ts';

const factsOf = (...habits: Habit[]) => gatherFacts(buildObservations(...habits));
const memoryOf = (...habits: Habit[]) => {
  const { runtime, passive } = buildObservations(...habits);
  const { rss, heapTotal, external: buffers, native: rest } = takeMemoryApart(runtime, passive);
  return [rss, heapTotal, buffers, rest].map(({ verdict }) => (verdict === 'growing' ? 'growing' : 'flat'));
};

describe('counts', () => {
  test('are followed by endpoint, direction and state', () => {
    const { sockets: groups } = factsOf(sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80' }, linear(3)));
    const growing = groups.filter(({ trend }) => trend.verdict === 'growing');
    expect(growing.map(({ subject }) => `${subject.endpoint} ${subject.state}`)).toEqual([
      '10.9.9.9:80 CLOSE_WAIT',
    ]);
    expect(growing[0]!.trend.slopePerSecond).toBeCloseTo(3, 1);
  });

  test('that are missing in a sample count as 0 there', () => {
    const { fds: groups } = factsOf(fds('file', '/tmp/#', step(15, 9)));
    expect(groups.find(({ subject }) => subject.pattern === '/tmp/#')!.trend).toMatchObject({
      first: 0,
      last: 9,
      points: 30,
    });
  });

  test('leave out the sample from before profilers went on', () => {
    expect(factsOf().fdTotal.points).toBe(30);
  });

  test('that were never read have no trend', () => {
    const observations = buildObservations();
    observations.passive = [];
    expect(gatherFacts(observations)).toMatchObject({
      sockets: [],
      fds: [],
      fdTotal: { verdict: 'too-little-data' },
    });
  });
});

describe('surviving sites', () => {
  const sitesOf = (...habits: Habit[]) =>
    survivingSites(buildObservations(...habits).asyncObservations, ['Timeout']);

  test('are scaled by the share of time that hooks were on', () => {
    const [site] = sitesOf(asyncSite('Timeout', 'poll@/app/src/p.js:3', { perSecond: 4 }));
    expect(site!.alive).toBeCloseTo(120, -1);
    expect(site!.madePerSecond).toBeCloseTo(4, 0);
    expect(site!.survival).toBe(1);
    expect(site!.trend.verdict).toBe('growing');
  });

  test('are only of the types asked for, with the most survivors first', () => {
    const sites = sitesOf(
      asyncSite('Timeout', 'a@/app/a.js:1', { perSecond: 1 }),
      asyncSite('TCPWRAP', 'b@/app/b.js:1'),
      asyncSite('Timeout', 'c@/app/c.js:1', { perSecond: 9 }),
      asyncSite('Timeout', 'd@/app/d.js:1', { aliveShare: 0 }),
    );
    expect(sites.map(({ blame }) => blame.subject!.functionName)).toEqual(['c', 'a']);
  });

  test.each([
    ['grow by five reads where all that were watched stay', { watched: 20, stay: 20 }, 5, 'growing'],
    ['do not by four', { watched: 20, stay: 20 }, 4, 'too-little-data'],
    ['do not by five where few were watched', { watched: 15, stay: 15 }, 5, 'flat'],
    ['do not by five where some are gone', { watched: 20, stay: 18 }, 5, 'flat'],
  ] as const)('%s', (_, { watched, stay }, reads, verdict) => {
    const observations = buildObservations(asyncSite('PROMISE', 'a@/app/a.js:1', { perSecond: 9 }));
    const [{ sites, ...rest }] = observations.asyncObservations as [AsyncObservation];
    const late = sites.map((site) => ({
      ...site,
      reads: Array.from({ length: reads }, (_, i) => ({
        ...site.reads[0]!,
        atMillis: 15_000 + 3_000 * i,
        made: 100 * (i + 1),
        watched: 30 * (i + 1),
        alive: 30 * (i + 1),
        oldWatched: watched,
        oldAlive: stay,
      })),
    }));
    expect(survivingSites([{ ...rest, sites: late }], ['PROMISE'])[0]!.trend.verdict).toBe(verdict);
  });
});

describe('memory taken apart', () => {
  test.each<[string, Habit[], string[]]>([
    ['of a healthy server is flat', [], ['flat', 'flat', 'flat', 'flat']],
    ['shows buffers', [external(linear(MB))], ['growing', 'flat', 'growing', 'flat']],
    ['shows native memory', [native(linear(MB))], ['growing', 'flat', 'flat', 'growing']],
    [
      'shows native memory that malloc takes in steps',
      [native(stairs([2, 8, 16, 28], 25 * MB)), native(linear(MB / 2))],
      ['growing', 'flat', 'flat', 'growing'],
    ],
    ['shows the heap', [heapFloor(linear(MB))], ['growing', 'growing', 'flat', 'flat']],
    ['that falls back is not kept', [native(sawtooth(8, 20 * MB))], ['flat', 'flat', 'flat', 'flat']],
    [
      'that is taken at start only is not growing',
      [native(settling(3, 40 * MB))],
      ['flat', 'flat', 'flat', 'flat'],
    ],
  ])('%s', (_, habits, verdicts) => {
    expect(memoryOf(...habits)).toEqual(verdicts);
  });

  /** Right after most collections V8 still counts what they freed. */
  const lateSweeper =
    (kept: Shape): Habit =>
    ({ runtime }) => {
      for (const [i, sample] of runtime.entries()) {
        sample.arrayBuffersBytes = 10 * MB + kept(sample.atMillis / 1_000);
        const uncounted = sample.afterGc && i % 3 > 0 ? 15 * MB : 0;
        sample.externalBytes = sample.arrayBuffersBytes + 2 * MB + uncounted;
        if (uncounted && i % 2) sample.arrayBuffersBytes += uncounted;
      }
    };

  test.each<[string, Shape, string, number]>([
    ['grow', linear(MB), 'growing', MB],
    ['do not grow', () => 0, 'flat', 0],
  ])('says how fast buffers %s where V8 counts those that died for a while', (_, kept, verdict, slope) => {
    const { external: buffers } = factsOf(lateSweeper(kept)).memory;
    expect(buffers.verdict).toBe(verdict);
    expect(buffers.slopePerSecond / MB).toBeCloseTo(slope / MB, 1);
  });

  test('without the resident set from outside says nothing of native memory', () => {
    const { runtime } = buildObservations();
    expect(takeMemoryApart(runtime, []).native.verdict).toBe('too-little-data');
  });
});

describe('heap growth', () => {
  const growthOf = (thread: number, ...habits: Habit[]) => {
    const { runtime, heapReads } = buildObservations(...habits);
    return analyseHeapGrowth(thread, runtime, heapReads);
  };

  test('is that of the floor after full GCs and names who allocates', () => {
    const { floor, sites } = growthOf(0, heapFloor(linear(200 * KB), 'remember@/app/src/s.js:4'));
    expect(floor.verdict).toBe('growing');
    expect(floor.slopePerSecond / KB).toBeCloseTo(200, -1);
    expect(sites[0]).toMatchObject({
      blame: { subject: { functionName: 'remember' } },
      trend: { verdict: 'growing' },
    });
    expect(sites[0]!.share).toBeGreaterThan(0.9);
  });

  test.each<[string, Shape]>([
    ['a cache that fills up', filling(14, 10 * MB)],
    ['a batch', sawtooth(10, 10 * MB)],
    ['a warm-up', settling(3, 10 * MB)],
  ])('is not seen in %s', (_, shape) => {
    expect(growthOf(0, heapFloor(shape, 'fill@/app/src/c.js:4')).floor.verdict).not.toBe('growing');
  });

  test('is judged for each thread on its own', () => {
    const habits = [worker(2, 'mailer'), heapFloor(linear(200 * KB), 'queue@/app/src/m.js:4', 2)];
    expect(growthOf(2, ...habits).floor.verdict).toBe('growing');
    expect(growthOf(0, ...habits).floor.verdict).toBe('flat');
  });

  test('of collections leaves out those that only Node fills, and those that stand still', () => {
    const { collections } = factsOf(
      collection(linear(10), 'remember@/app/src/s.js:4', { holderName: 'sessions' }),
      collection(linear(50), 'enqueue@node:internal/timers:4', { holderName: 'lists' }),
      collection(filling(5, 500), 'fill@/app/src/c.js:4', { holderName: 'cache' }),
    );
    expect(collections.map(({ collection: c }) => c.holderName)).toEqual(['sessions']);
  });
});
