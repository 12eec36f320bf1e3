import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import type { Trend } from '../../src/analysis/statistics/trend.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { movement } from '../../src/findings/wording.ts';
import type { Frame } from '../../src/model/frame.ts';
import type { CollectionGrowth } from '../../src/model/memory/collection.ts';
import type { Observations } from '../../src/model/observations.ts';
import { formatBytes } from '../../src/units/units.ts';
import {
  asyncSite,
  buildObservations,
  change,
  collection,
  fds,
  type Habit,
  heapFloor,
  KB,
  MB,
  native,
} from '../support/build-observations.ts';
import { linear, noise, sawtooth, sum } from '../support/shapes.ts';

const PLACE = 'emit@node:events:500 > handle@/app/src/orders.js:42';
const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const warned = (warning: Observations['warnings'][number]) =>
  change((observations) => observations.warnings.push(warning));

describe('what is not known comes with the command that would settle it:', () => {
  test('who holds what is allocated', () => {
    const [leak] = findingsOf(heapFloor(linear(200 * KB), PLACE));
    expect(leak!.nextMeasurement).toEqual({
      unknown: 'What retains these objects: allocation stacks show only the code that creates them.',
      command: 'culprit diagnose 4242 --duration 60s --snapshot force',
    });
  });

  test('with the pause that was refused', () => {
    const [leak] = findingsOf(
      heapFloor(linear(200 * KB), PLACE),
      warned({ code: 'census-too-long', estimateMillis: 178, maxPauseMillis: 100 }),
    );
    expect(leak!.nextMeasurement!.command).toBe('culprit diagnose 4242 --duration 60s --max-pause 300ms');
  });

  test('a snapshot, where all objects were counted and that did not tell', () => {
    const [leak] = findingsOf(
      heapFloor(linear(200 * KB), PLACE),
      change((observations) => {
        observations.classes.push({
          thread: 0,
          name: 'Object',
          counts: [{ atMillis: 9_000, objects: 40_000 }],
        });
      }),
      warned({ code: 'census-too-long', estimateMillis: 178, maxPauseMillis: 100 }),
      warned({ code: 'budget-spent', budgetMillis: 300 }),
    );
    expect(leak!.nextMeasurement!.command).toBe('culprit diagnose 4242 --duration 60s --snapshot force');
  });

  test('whether native code or the allocator keeps it', () => {
    const [growth] = findingsOf(native(linear(2 * MB)));
    expect(growth!.nextMeasurement!.command).toBe(
      'MALLOC_ARENA_MAX=2 culprit diagnose --duration 2m -- node server.js',
    );
  });

  test('nothing, where the holder was seen', () => {
    const [leak] = findingsOf(heapFloor(linear(200 * KB), PLACE), collection(linear(900), `${PLACE} > set`));
    expect(leak!.nextMeasurement).toBeUndefined();
  });
});

describe('a finding about packages', () => {
  const STACK = `${PLACE} > add@/app/node_modules/store/index.js:3 > keep@/app/node_modules/cell/index.js:8`;

  test('shows the chain, and says what can be changed from outside', () => {
    const [leak] = findingsOf(heapFloor(linear(200 * KB), STACK));
    expect(leak!.chain).toEqual([
      { package: null, function: 'handle', file: 'src/orders.js', line: 42, isBlamed: false },
      { package: 'store', function: 'add', file: 'node_modules/store/index.js', line: 3, isBlamed: false },
      { package: 'cell', function: 'keep', file: 'node_modules/cell/index.js', line: 8, isBlamed: true },
    ]);
    expect(leak!.title).toMatch(/through store > cell \(node_modules\/cell\/index\.js:8, keep\)/);
    expect(leak!.advice.join()).toMatch(/values that `handle` \(src\/orders\.js:42\) passes to store/);
  });

  test('of the application alone shows none', () => {
    const [leak] = findingsOf(heapFloor(linear(200 * KB), PLACE));
    expect(leak!.chain).toBeUndefined();
  });

  test('that no code of the application called is told of the innermost, and of its caller elsewhere', () => {
    const ROUTER = 'emit@node:events:500 > dispatch@/app/node_modules/router/index.js:7';
    const [leak] = findingsOf(
      fds('file', '/tmp/uploads/#', linear(3)),
      asyncSite('FILEHANDLE', `${ROUTER} > save@/app/node_modules/upload/disk.js:9 > open@node:fs:1`),
    );
    expect(leak).toMatchObject({
      kind: 'fd-leak',
      subject: { file: 'node_modules/upload/disk.js', line: 9, package: 'upload' },
    });
    expect(leak!.title).toMatch(/called through router/);
  });
});

describe('growth without a place in the program', () => {
  test('is told of what Node.js itself allocates', () => {
    const [leak] = findingsOf(heapFloor(linear(300 * KB), 'parserOnHeadersComplete@node:_http_common:70'));
    expect(leak!.title).toMatch(
      /the retained objects are HTTP requests and responses that Node\.js allocates/,
    );
    expect(leak!.title).not.toMatch(/unknown origin/);
  });

  test('is told of the class that there is more of', () => {
    const [leak] = findingsOf(
      heapFloor(linear(300 * KB)),
      change((observations) =>
        observations.classes.push({
          thread: 0,
          name: 'Session',
          counts: [
            { atMillis: 8_000, objects: 1_000 },
            { atMillis: 18_000, objects: 4_000 },
          ],
        }),
      ),
    );
    expect(leak!.title).toMatch(/`Session` objects accumulate at 300\/s/);
  });

  test('of unknown origin is said only where nothing tells', () => {
    const [leak] = findingsOf(heapFloor(linear(300 * KB)));
    expect(leak!.title).toMatch(/of unknown origin/);
  });
});

describe('a collection that is emptied in part at times', () => {
  const emptied = (perSecond: number) => sum(linear(perSecond), sawtooth(4, 400));

  test('grows when its low points do, and is not said to be never trimmed', () => {
    const [leak] = findingsOf(
      heapFloor(linear(100 * KB), PLACE),
      collection(emptied(20), `${PLACE} > set`, { holderName: 'contexts' }),
    );
    expect(leak!.title).toMatch(/Map `contexts` grows by .*, although entries are removed at times/);
    expect(leak!.evidence.map(({ statement }) => statement).join()).toMatch(
      /entries left after each removal rose from/,
    );
  });

  test('and does not grow on the whole, is none', () => {
    expect(findingsOf(collection(emptied(0), `${PLACE} > set`))).toEqual([]);
  });
});

describe('native memory', () => {
  const bodies = (observations: Observations) => {
    for (const [i, sample] of observations.runtime.entries())
      if (i % 3 === 1) sample.externalBytes! += 12 * MB;
  };
  const addons = (list: { path: string; package: string | null }[]) =>
    change((observations) => {
      for (const sample of observations.passive) sample.addons = list;
    });
  const called = change((observations) => {
    const call = { functionName: 'crc32', file: null, line: null, column: null, package: null } as const;
    const [profile] = observations.cpuProfiles;
    const parent = profile!.nodes.find(({ frame }) => frame.functionName === 'route')!;
    const frame: Frame = { ...call, owner: 'native' };
    profile!.nodes.push({
      index: profile!.nodes.length,
      parent: parent.index,
      frame,
      frameNumber: profile!.frames.push(frame) - 1,
      selfMicros: 90_000,
      totalMicros: 90_000,
      lineTicks: new Map([[12, 90]]),
    });
  });
  const ADDON = { path: '/app/node_modules/crc/crc.node', package: 'crc@1.0.0' };

  test('is seen growing behind buffers that come and go', () => {
    expect(findingsOf(native(linear(2 * MB)), bodies)[0]).toMatchObject({ kind: 'native-memory-growth' });
  });

  test('that only buffers come and go of does not grow', () => {
    expect(findingsOf(native(noise(2 * MB)), bodies)).toEqual([]);
  });

  test('names the function of an addon that is called while it grows', () => {
    const [growth] = findingsOf(native(linear(2 * MB)), addons([ADDON]), called);
    expect(growth).toMatchObject({
      title: 'Native memory grows by 2 MB/s while `crc32` of crc@1.0.0 is called (src/server.js:12, route)',
      subject: { file: 'src/server.js', line: 12 },
    });
    expect(growth!.evidence[1]!.statement).toBe('native addons loaded: crc@1.0.0');
  });

  test('blames no addon where none is loaded', () => {
    const [growth] = findingsOf(native(linear(2 * MB)), addons([]), called);
    expect(growth!.title).toBe('Native memory grows by 2 MB/s');
  });

  test('runs into no heap limit', () => {
    const growth = findingsOf(
      change((observations) => {
        observations.limits.memoryLimitBytes = undefined;
      }),
      native(linear(4 * MB)),
      heapFloor(linear(60 * KB)),
    ).find(({ kind }) => kind === 'native-memory-growth');
    expect(growth!.impact!.limit).toBeUndefined();
  });
});

test('a heap in a small container is told by the limit that is met first', () => {
  const [leak] = findingsOf(
    change((observations) => {
      observations.limits.memoryLimitBytes = 220 * MB;
    }),
    heapFloor(linear(500 * KB), PLACE),
  );
  expect(leak!.impact!.limit).toBe('memory limit 220 MB of the container');
});

test('readings that scatter are not said to have risen from the larger to the smaller', () => {
  const { floor } = gatherFacts(buildObservations(heapFloor(linear(200 * KB), PLACE))).heap[0]!;
  const say = (some: Partial<Trend>) => movement({ ...floor, ...some }, formatBytes);
  expect(say({ first: 41.3 * MB, last: 40.6 * MB, risingSteps: [3, 6], points: 7 })).toMatch(
    /^rose by \d+ KB\/s \(the median slope of 7 readings, which go up and down\)$/,
  );
  expect(say({ first: 7.1 * MB, last: 15.2 * MB, risingSteps: [9, 9] })).toBe(
    'rose in 9 of 9 intervals, from 7.1 MB to 15.2 MB',
  );
  expect(say({ first: 7.8 * MB, last: 7.2 * MB, risingSteps: [5, 8], slopePerSecond: 0 })).toBe(
    'did not rise as a whole: from 7.8 MB to 7.2 MB',
  );
});

describe('a collection of an instance', () => {
  const titleOf = (at: string, holder?: CollectionGrowth['holder']) =>
    findingsOf(
      heapFloor(linear(200 * KB), PLACE),
      collection(linear(900), at, { holderName: 'this.events', holder }),
    )[0]!.title;

  test('is named after the class of its holder', () => {
    const holder = { kind: 'property', name: 'events', of: 'AuditLog' } as const;
    expect(titleOf(`${PLACE} > set`, holder)).toMatch(/Map `AuditLog\.events` grows/);
  });

  test('or after the class of the method that adds', () => {
    expect(titleOf('Feed.add@/app/src/feed.js:3')).toMatch(/Map `Feed\.events` grows/);
  });

  test('and stays as the source has it where neither tells', () => {
    expect(titleOf(PLACE)).toMatch(/Map `this\.events` grows/);
  });
});

test('what a library makes out of sight is placed by who makes most async work through it', () => {
  const QUEUE = 'run@/app/node_modules/jobs/index.js:20';
  const [leak] = findingsOf(
    fds('file', '/tmp/jobs/#', linear(3)),
    asyncSite('FILEHANDLE', `processTicksAndRejections@node:internal/process/task_queues:95 > ${QUEUE}`),
    asyncSite('PROMISE', `emit@node:events:500 > enqueue@/app/src/orders.js:51 > ${QUEUE}`, {
      aliveShare: 0,
    }),
  );
  expect(leak).toMatchObject({ kind: 'fd-leak', subject: { file: 'src/orders.js', line: 51 } });
});
