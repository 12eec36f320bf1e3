// What the pictures of an HTML report are drawn of: the look over time, growth, pools, the call tree, limits. All bounded.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { drawFlame } from '../../src/analysis/pictures/flame.ts';
import { drawPictures } from '../../src/analysis/pictures/pictures.ts';
import { thin } from '../../src/analysis/pictures/points.ts';
import { PICTURE_BOUNDS } from '../../src/model/report/pictures.ts';
import { buildFinding } from '../report/build-report.ts';
import {
  asyncSite,
  buildLook,
  buildObservations,
  change,
  collection,
  cpu,
  type Habit,
  heapFloor,
  KB,
  sockets,
  worker,
} from '../support/build-observations.ts';
import { buildCpuProfile } from '../support/build-profile.ts';
import { pool } from '../support/build-waiting.ts';
import { reportErrors } from '../support/json-schemas.ts';
import { savedReport } from '../support/page-reports.ts';
import { constant, linear } from '../support/shapes.ts';

const picturesOf = (...habits: Habit[]) => drawPictures(gatherFacts(buildObservations(...habits)), []);

describe('the capture over time', () => {
  test('has what was counted of the main thread and of the process', () => {
    const { timeline } = picturesOf();
    expect(timeline!.durationMillis).toBeGreaterThanOrEqual(30_000);
    const names = timeline!.series.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['heap-after-gc', 'rss', 'rss-anonymous', 'fds']));
  });

  test('is thinned: a long look has no more points than can be seen', () => {
    const { timeline } = drawPictures(gatherFacts(buildLook(700)), []);
    const longest = Math.max(...timeline!.series.map(({ points }) => points.length));
    expect(longest).toBe(PICTURE_BOUNDS.points);
  });

  test('has other threads, by how busy and how big they are', () => {
    const { timeline } = picturesOf(worker(3, 'mailer'));
    expect(timeline!.series.filter(({ thread }) => thread === 3).map(({ name }) => name)).toContain(
      'heap-used',
    );
  });

  test('has each time that we held the thread ourselves', () => {
    const { timeline } = picturesOf(
      change(({ runtime }) => {
        runtime[5]!.ownPauseSpans = [{ atMillis: 4_321.4, millis: 12.345 }];
      }),
    );
    expect(timeline!.ownStalls).toEqual([{ atMillis: 4_321, millis: 12.3 }]);
  });

  test('is absent where nothing was counted', () => {
    const nothing = change((observations) => {
      observations.runtime = [];
      observations.passive = [];
    });
    expect(picturesOf(nothing)).not.toHaveProperty('timeline');
  });
});

test('of points that fall together a level keeps the last one, a peak the highest', () => {
  const points: [number, number][] = [
    [0, 1],
    [1, 9],
    [2, 3],
    [3, 4],
  ];
  expect(thin(points, 2)).toEqual([
    [1, 9],
    [3, 4],
  ]);
  expect(
    thin(
      [
        [0, 9],
        [1, 1],
        [2, 5],
        [3, 4],
      ],
      2,
      'peak',
    ),
  ).toEqual([
    [0, 9],
    [2, 5],
  ]);
});

test('while the CPU is profiled, the profile says how busy the loop is: Node.js then takes waiting for work', () => {
  const profiled: Habit = (observations) => {
    cpu([
      ['serve@/app/b.js:1', 100],
      ['(idle)', 900],
    ])(observations);
    observations.cpuProfiles[0]!.startClockMicros = 5_000_000;
    for (const sample of observations.runtime) {
      sample.clockMicros = sample.atMillis * 1_000;
      sample.utilization = sample.atMillis < 5_000 ? 0.2 : 0.7;
    }
  };
  const { timeline, limits } = picturesOf(profiled);
  const { points } = timeline!.series.find(({ name }) => name === 'loop-busy')!;
  const during = points.filter(([atMillis]) => atMillis > 5_000 && atMillis <= 15_000);
  expect(during.map(([, share]) => share)).toEqual(Array.from({ length: 10 }, () => expect.closeTo(0.1, 1)));
  expect(points[0]).toEqual([expect.any(Number), 0.2]);
  expect(limits.find(({ name }) => name === 'event-loop')!.used).toBeCloseTo(0.1, 1);
});

describe('what grows', () => {
  test('comes first, with the place that makes it', () => {
    const { growth } = picturesOf(
      sockets({ endpoint: '10.0.0.7:443', state: 'CLOSE_WAIT', direction: 'outbound' }, linear(2)),
      collection(linear(20), 'remember@/app/src/session.js:12', { holderName: 'sessions' }),
    );
    const grown = growth.filter(({ isGrowing }) => isGrowing).map(({ kind, name }) => `${kind} ${name}`);
    expect(grown).toEqual(expect.arrayContaining(['sockets 10.0.0.7:443 CLOSE_WAIT', 'collection sessions']));
    expect(growth[0]!.isGrowing).toBe(true);
  });

  test('is not what stays the same', () => {
    const { growth } = picturesOf(sockets({ endpoint: ':8080' }, constant(7)));
    expect(growth.filter(({ isGrowing }) => isGrowing)).toEqual([]);
  });

  test('is bounded', () => {
    const many = Array.from({ length: 60 }, (_, i) => sockets({ endpoint: `10.0.0.${i}:80` }, linear(2)));
    expect(picturesOf(...many).growth).toHaveLength(PICTURE_BOUNDS.growth);
  });

  test('resources of one place are one picture, from however many stacks they come', () => {
    const made = (through: string) =>
      asyncSite('PROMISE', `${through}@/app/src/a.js:1 > wait@/app/src/queue.js:5`);
    const { growth } = picturesOf(made('one'), made('two'));
    expect(growth.filter(({ name }) => name === 'PROMISE')).toHaveLength(1);
  });
});

test('a pool has who holds and who waits', () => {
  const [drawn] = picturesOf(pool(linear(3))).pools;
  expect(drawn).toMatchObject({ limit: 10 });
  expect(drawn!.readings.at(-1)![1]).toBe(10);
  expect(drawn!.readings.at(-1)![2]).toBeGreaterThan(drawn!.readings[0]![2]);
});

test('a list that may be no pool is drawn where a finding is about it only', () => {
  const list: Habit = (observations) => {
    const readings = observations.passive.map(({ atMillis }, i) => ({ atMillis, waiting: i }));
    observations.pools.push({ thread: 0, className: 'Queue', readings, waiters: [] });
  };
  expect(picturesOf(list).pools).toEqual([]);
  const facts = gatherFacts(buildObservations(list));
  const named = buildFinding({ subject: { ...buildFinding().subject, type: 'pool', name: 'Queue' } });
  expect(drawPictures(facts, [named]).pools).toMatchObject([{ name: 'Queue', limit: null }]);
});

describe('the call tree', () => {
  test('is without idle, which stands beside it', () => {
    const flame = drawFlame(
      buildCpuProfile([
        ['serve@/app/b.js:1 > parse@/app/a.js:1', 30],
        ['(idle)', 70],
        ['serve@/app/b.js:1', 10],
      ]),
    )!;
    expect(flame.totalMillis[0]).toBeCloseTo(40, 0);
    expect(flame.idleMillis).toBeCloseTo(70, 0);
    expect(flame.frame.slice(1).map((frame) => flame.frames[frame]!.function)).toEqual(['serve', 'parse']);
  });

  test('of a thread that only waited is none', () => {
    expect(drawFlame(buildCpuProfile([['(idle)', 70]]))).toBeNull();
  });

  test('has no more nodes than fit, the dearest of all', () => {
    const slices = Array.from({ length: 6_000 }, (_, i): [string, number] => [`f${i}@/app/a.js:${i + 1}`, 2]);
    const flame = drawFlame(buildCpuProfile([['hot@/app/h.js:1', 5_000], ...slices]))!;
    expect(flame.parent.length).toBeLessThanOrEqual(PICTURE_BOUNDS.flameNodes);
    expect(flame.frames[flame.frame[1]!]!.function).toBe('hot');
  });
});

test('limits say how close it came', () => {
  const { limits } = picturesOf(heapFloor(linear(100 * KB)));
  expect(limits.map(({ name }) => name)).toEqual(expect.arrayContaining(['heap', 'fds', 'memory']));
  for (const { used, limit } of limits) expect(used).toBeLessThan(limit);
});

test('of source lines, those around what findings name are kept', () => {
  const observations = buildObservations(cpu([['serve@/app/b.js:1', 10]]));
  for (const line of [1, 12, 13, 90]) observations.sourceLines.set(`src/session.ts:${line}`, `line ${line}`);
  const { sourceLines } = drawPictures(gatherFacts(observations), [buildFinding()]);
  expect(sourceLines.map(({ line }) => line)).toEqual([12, 13]);
});

test.each(['leak', 'block', 'pool', 'healthy', 'too-little-data'] as const)(
  'the saved report "%s" follows the schema',
  (name) => {
    expect(reportErrors(savedReport(name))).toEqual([]);
  },
);
