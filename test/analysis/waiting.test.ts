// Facts of programs whose work waits: short pools, the thread pool, lookups, requests without an answer, and whose
// package it is.
import { describe, expect, test } from 'vitest';
import { blame } from '../../src/analysis/cpu/blame/blame.ts';
import { callerOfPackage } from '../../src/analysis/cpu/blame/callers.ts';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { drainingPools } from '../../src/analysis/waiting/draining-pools.ts';
import { INBOUND, lastingRequests, OUTBOUND } from '../../src/analysis/waiting/lasting-requests.ts';
import { summarizeLookups } from '../../src/analysis/waiting/lookups.ts';
import { shortPools } from '../../src/analysis/waiting/short-pools.ts';
import { summarizeThreadPool } from '../../src/analysis/waiting/thread-pool.ts';
import { throughLibrary } from '../../src/findings/creation-site.ts';
import type { RuntimeSample } from '../../src/model/samples.ts';
import {
  asyncSite,
  buildObservations,
  change,
  cpu,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { lookups, pool, poolUsers, poolWaits } from '../support/build-waiting.ts';
import { constant, filling, linear, type Shape, step } from '../support/shapes.ts';

const PLACE = 'emit@node:events:500 > handle@/app/src/orders.js:42';
const SCRYPT = `${PLACE} > scrypt@node:internal/crypto/scrypt:40`;
const LOAD = 'emit@node:events:500 > load@/app/src/load.js:3';

describe('a pool that loses what it lends out', () => {
  const poolsOf = (...habits: Habit[]) => {
    const { pools, runtime } = buildObservations(...habits);
    return drainingPools(pools, runtime);
  };
  const answering = (perSecond: Shape): Habit =>
    change((o) => {
      for (const sample of o.runtime)
        if (!sample.afterGc)
          sample.requests = { answered: Math.floor(perSecond(sample.atMillis / 1_000)), failed: 0 };
    });
  const IN_USE = 3;
  /** So many are lost by then; a few more are in use. */
  const losing = (silent: Shape, rest: Parameters<typeof pool>[1] = {}) =>
    pool(constant(0), { limit: 60, busy: (t) => silent(t) + IN_USE, silent, ...rest });

  test('is one whose unused part grows and never shrinks, with who takes from it', () => {
    const taker = `${PLACE} > acquire@/app/node_modules/generic-pool/lib/Pool.js:400`;
    const [draining, ...rest] = poolsOf(losing(linear(0.5, 4), { waiters: [taker, taker] }));
    expect(rest).toEqual([]);
    expect(draining).toMatchObject({ limit: 60, busy: 22, by: 'silent', longestSilentMillis: 30_000 });
    // Counted from the sixth second on: a connection is not called silent before.
    expect(draining!.lost).toMatchObject({ verdict: 'growing', first: 6, last: 19 });
    expect(draining!.waiters).toMatchObject([{ count: 2, blame: { app: { functionName: 'handle' } } }]);
  });

  /** Connections that cannot be looked at; what is in use goes up and down. */
  const keeping = (kept: Shape) => pool(constant(0), { limit: 60, busy: (t) => kept(t) + ((t * 3) % 4) });

  test('is one of which more is out at any time, while as many requests come', () => {
    const [draining, ...rest] = poolsOf(keeping(linear(0.5)), answering(constant(20)));
    expect(rest).toEqual([]);
    expect(draining).toMatchObject({ limit: 60, by: 'least', longestSilentMillis: null });
    expect(draining!.lost.verdict).toBe('growing');
  });

  test.each<[string, Habit[]]>([
    ['more requests come', [keeping(linear(0.5)), answering(linear(1, 10))]],
    ['hardly any requests come', [keeping(linear(0.5)), answering(constant(0))]],
    ['nobody counts requests', [keeping(linear(0.5))]],
    ['it goes up and down', [keeping((t) => (t * 2) % 9), answering(constant(20))]],
  ])('is none of which more is out where %s', (_, habits) => {
    expect(poolsOf(...habits)).toEqual([]);
  });

  test.each<[string, Habit]>([
    ['one whose unused connections stay as many: they are kept on purpose', losing(constant(8))],
    ['one whose slow work ends', losing((t) => 4 + ((t * 2) % 9))],
    ['one that lost some and stopped', losing(filling(12, 9))],
    ['one that nobody looked into', pool(constant(0), { limit: 60, busy: linear(1) })],
    [
      'one without connections',
      pool(constant(0), {
        limit: 60,
        busy: linear(1),
        lent: { looked: 0, silent: 0, longestSilentMillis: 0, labels: [] },
      }),
    ],
    ['an Agent: its requests tell what they wait for', losing(linear(0.5), { endpoint: '10.0.0.7:443' })],
  ])('is not %s', (_, habit) => {
    expect(poolsOf(habit)).toEqual([]);
  });
});

describe('a short pool', () => {
  const poolsOf = (...habits: Habit[]) => shortPools(buildObservations(...habits).pools);

  test('is one in which somebody waits most of the time, with its trend, its middle and its limit', () => {
    const [short, ...rest] = poolsOf(pool(linear(2), { limit: 5 }));
    expect(rest).toEqual([]);
    expect(short).toMatchObject({ limit: 5, medianWaiting: 30, lent: null, silentShare: null, waiters: [] });
    expect(short!.waitingShare).toBeCloseTo(30 / 31);
    expect(short!.waiting).toMatchObject({ verdict: 'growing', first: 0, last: 60 });
  });

  test('comes before those with a shorter queue', () => {
    const queues = poolsOf(pool(constant(2)), pool(linear(3)), pool(constant(40))).map(
      ({ waiting }) => waiting.last,
    );
    expect(queues).toEqual([90, 40, 2]);
  });

  test.each<[string, Habit]>([
    ['one that nobody waits for', pool(constant(0))],
    ['one that is waited for in half of the captures', pool((t) => t % 2)],
    ['one that is waited for at the end only', pool(step(15, 9))],
    [
      'one without a limit',
      change((o) => {
        pool(constant(9))(o);
        for (const reading of o.pools[0]!.readings) reading.limit = undefined;
      }),
    ],
    [
      'one that was looked at five times',
      change((o) => {
        pool(constant(9))(o);
        o.pools[0]!.readings = o.pools[0]!.readings.slice(0, 5);
      }),
    ],
  ])('is not %s', (_, habit) => {
    expect(poolsOf(habit)).toEqual([]);
  });

  test('groups those who wait by the line they can change and the function they ask, the most first', () => {
    const query = `${LOAD} > query@/app/node_modules/pg-pool/index.js:300`;
    const connect = `${PLACE} > connect@/app/node_modules/pg-pool/index.js:200`;
    const [short] = poolsOf(
      pool(constant(3), { waiters: [connect, query, query, '(anonymous)@node:events:500', ''] }),
    );
    expect(
      short!.waiters.map(({ blame, count }) => [
        blame.app?.functionName,
        blame.app?.line,
        blame.library?.functionName,
        count,
      ]),
    ).toEqual([
      ['load', 3, 'query', 2],
      ['handle', 42, 'connect', 1],
    ]);
  });

  test('tells the share that is silent as it was seen last, and of connections alone', () => {
    const lent = { looked: 8, silent: 6, longestSilentMillis: 9_000, labels: [] };
    expect(poolsOf(pool(constant(3), { lent }))[0]).toMatchObject({ silentShare: 0.75, lent });
    expect(
      poolsOf(pool(constant(3), { lent: { ...lent, looked: 0, silent: 0 } }))[0]!.silentShare,
    ).toBeNull();
  });
});

describe('the thread pool', () => {
  const pressureOf = (...habits: Habit[]) => summarizeThreadPool(buildObservations(...habits));

  test('is known by how long a trivial operation waits, the event loop’s own delay taken off', () => {
    // The healthy loop is 6 ms late at the 99th percentile, and the probe waits for two turns at most.
    expect(pressureOf(poolWaits(() => 112))).toEqual({
      medianWaitMillis: 100,
      longestWaitMillis: 100,
      longShare: 1,
      threads: undefined,
      inside: undefined,
      users: [],
    });
    expect(pressureOf(poolWaits(() => 5))).toMatchObject({ medianWaitMillis: 0, longShare: 0 });
  });

  test('is not used by the synchronous form of a call, which makes the same resource', () => {
    const { users, inside } = pressureOf(
      poolWaits(() => 320),
      poolUsers([
        'PBKDF2REQUEST',
        `emit@node:events:500 > login@/app/src/login.js:3 > pbkdf2Sync@node:internal/crypto/pbkdf2:60`,
        10,
        700,
      ]),
    )!;
    expect({ users, inside }).toEqual({ users: [], inside: 0 });
  });

  test('is kept busy by streams of the one place that makes such streams, also by those made before the watch', () => {
    const zip = `${PLACE} > createBrotliCompress@node:zlib:700`;
    const older: Parameters<typeof poolUsers>[0] = ['ZLIB', '', 30, 300, 100];
    const { users } = pressureOf(
      poolWaits(() => 320),
      poolUsers(['ZLIB', zip, 10, 300, 100], older, ['FSREQCALLBACK', LOAD, 10, 300, 10]),
    )!;
    expect(users.map(({ type, blame, perSecond }) => [type, blame.subject?.file ?? null, perSecond])).toEqual(
      [
        ['ZLIB', 'src/orders.js', 40],
        ['FSREQCALLBACK', 'src/load.js', 10],
      ],
    );
    const two = pressureOf(
      poolWaits(() => 320),
      poolUsers(['ZLIB', zip, 10, 300, 100], ['ZLIB', LOAD, 10, 300, 90], older),
    )!;
    expect(two.users.map(({ blame }) => blame.subject?.file ?? null)).toEqual([
      null,
      'src/orders.js',
      'src/load.js',
    ]);
  });

  test('is not known where it was not probed, or four times', () => {
    const without = (keep: number) =>
      change((o) => {
        let left = keep;
        for (const sample of o.runtime)
          if (!sample.afterGc && left-- <= 0) sample.poolWaitsMillis = undefined;
      });
    expect(pressureOf(without(0))).toBeNull();
    expect(pressureOf(without(4))).toBeNull();
    expect(pressureOf(without(5))).not.toBeNull();
  });

  test('is that of the main thread: what a worker’s probe waits is the same pool', () => {
    const habit = change((o) => {
      for (const sample of o.runtime) sample.thread = 3;
    });
    expect(pressureOf(habit)).toBeNull();
  });

  test('is kept busy by what takes long on a thread, not by what stands in line most', () => {
    const pressure = pressureOf(
      poolWaits(() => 306),
      poolUsers(['FSREQCALLBACK', LOAD, 100, 302], ['SCRYPTREQUEST', SCRYPT, 10, 600]),
    )!;
    expect(pressure.users.map(({ type }) => type)).toEqual(['SCRYPTREQUEST', 'FSREQCALLBACK']);
    const [culprit, victim] = pressure.users;
    expect(culprit!.blame.subject).toMatchObject({ functionName: 'handle', file: 'src/orders.js', line: 42 });
    expect(culprit).toMatchObject({ perSecond: 10, meanMillis: 600 });
    expect(culprit!.share).toBeGreaterThan(0.75);
    expect(victim!.share).toBeLessThan(0.25);
    expect(culprit!.share + victim!.share).toBeCloseTo(1);
    expect(pressure.threads).toBe(4);
    // Little: 100 a second of 0.302 s each and 10 of 0.6 s.
    expect(pressure.inside).toBeCloseTo(36.2);
  });

  test('is shared out by time on a thread where the wait is short', () => {
    const { users } = pressureOf(poolUsers(['FSREQCALLBACK', LOAD, 100, 3], ['ZLIB', PLACE, 10, 10]))!;
    expect(users.map(({ type }) => type)).toEqual(['ZLIB', 'FSREQCALLBACK']);
  });

  test('is shared out by what the line says where it was followed, however long who waits in bursts', () => {
    const { users } = pressureOf(
      poolWaits(() => 30),
      poolUsers(['SCRYPTREQUEST', SCRYPT, 10, 600, 1], ['FSREQCALLBACK', LOAD, 100, 40, 9.9]),
    )!;
    expect(users.map(({ type, share }) => [type, Number(share.toFixed(2))])).toEqual([
      ['FSREQCALLBACK', 0.99],
      ['SCRYPTREQUEST', 0.01],
    ]);
  });

  test('adds up what one place does in several watches, and keeps kinds of work apart', () => {
    const { users, inside } = pressureOf(
      poolUsers(['SCRYPTREQUEST', SCRYPT, 10, 600], ['ZLIB', PLACE, 1, 5]),
      poolUsers(['SCRYPTREQUEST', SCRYPT, 30, 600]),
    )!;
    expect(users.map(({ type, perSecond }) => [type, perSecond])).toEqual([
      ['SCRYPTREQUEST', 20],
      ['ZLIB', 0.5],
    ]);
    expect(inside).toBeCloseTo(12 + 0.0025);
  });
});

describe('lookups', () => {
  const of = (...habits: Habit[]) => summarizeLookups(buildObservations(...habits).runtime, 30);

  test('are added up by name and call, those that cost most first', () => {
    const summary = of(
      lookups('a', 2, 10),
      lookups('b', 1, 500),
      lookups('a', 2, 30),
      lookups('a', 1, 1, 'queryA'),
    )!;
    expect(
      summary.map(({ name, call, count, meanMillis, longestMillis }) => [
        name,
        call,
        count,
        meanMillis,
        longestMillis,
      ]),
    ).toEqual([
      ['b', 'lookup', 31, 500, 750],
      ['a', 'lookup', 124, 20, 45],
      ['a', 'queryA', 31, 1, 1.5],
    ]);
    expect(summary[0]!.perSecond).toBeCloseTo(31 / 30);
    expect(Object.keys(summary[0]!)).not.toContain('totalMillis');
  });

  test('that Node does not tell are unknown; that there were none is known', () => {
    const untold = change((o) => {
      for (const sample of o.runtime) sample.lookups = undefined;
    });
    expect(of(untold)).toBeNull();
    expect(of()).toEqual([]);
    expect(summarizeLookups([], 0)).toBeNull();
  });

  test('of no time and no number give no number that is none', () => {
    const sample = {
      thread: 0,
      afterGc: false,
      atMillis: 0,
      lookups: [{ name: 'a', call: 'lookup', count: 0, totalMillis: 0, longestMillis: 0 }],
    };
    expect(summarizeLookups([sample as RuntimeSample], 0)).toEqual([
      { name: 'a', call: 'lookup', count: 0, perSecond: 0, meanMillis: 0, longestMillis: 0 },
    ]);
  });
});

describe('requests that last', () => {
  const lasting = (type: typeof INBOUND | typeof OUTBOUND, ...habits: Habit[]) =>
    lastingRequests(buildObservations(...habits).asyncObservations, type);
  const request = (more: object = {}) =>
    asyncSite(OUTBOUND, PLACE, { label: 'GET 10.0.0.7:80/rates/#', perSecond: 10, ...more });

  test('are those without an answer that become more, with the share that is answered and the oldest', () => {
    const [requests, ...rest] = lasting(OUTBOUND, request({ aliveShare: 0.25 }));
    expect(rest).toEqual([]);
    expect(requests).toMatchObject({ label: 'GET 10.0.0.7:80/rates/#', oldestMillis: 30_000 });
    expect(requests!.answeredShare).toBeCloseTo(0.75, 1);
    expect(requests!.trend.slopePerSecond).toBeCloseTo(2.5, 0);
    expect(requests!.blame.subject).toMatchObject({ functionName: 'handle' });
  });

  /** Requests that come in become more; the oldest is so old, by second. */
  const inbound = (oldest: (second: number) => number, more: { oldDropped?: number } = {}) =>
    lasting(
      INBOUND,
      asyncSite(INBOUND, '', { label: 'GET /rooms/#/next', perSecond: 10, aliveShare: 0.5 }),
      change((o) => {
        for (const read of o.asyncObservations[0]!.sites.at(-1)!.reads) {
          read.oldestMillis = oldest(read.atMillis / 1_000) * 1_000;
          if (more.oldDropped !== undefined)
            read.oldDropped = Math.round((more.oldDropped * read.atMillis) / 1_000);
        }
      }),
    ).map(({ label }) => label);

  test('are not long polls that become more, of which each is answered at the same age', () => {
    expect(inbound((second) => Math.min(second, 12))).toEqual([]);
    // The same one stays the oldest; each waits for longer than the one before; clients leave at that age.
    expect(inbound((second) => second)).toEqual(['GET /rooms/#/next']);
    expect(inbound((second) => second * 0.5)).toEqual(['GET /rooms/#/next']);
    expect(inbound((second) => Math.min(second, 12), { oldDropped: 1 })).toEqual(['GET /rooms/#/next']);
  });

  test.each<[string, Habit]>([
    ['that are answered', request({ aliveShare: 0 })],
    ['of the other direction', asyncSite(INBOUND, '', { label: 'GET /', perSecond: 10, aliveShare: 0.25 })],
    [
      'that stay as many',
      change((o) => {
        request({ aliveShare: 0.25 })(o);
        for (const read of o.asyncObservations[0]!.sites[0]!.reads)
          Object.assign(read, { made: 300, watched: 300, alive: 9 });
      }),
    ],
    [
      'that are young, all of them',
      change((o) => {
        request({ aliveShare: 0.25 })(o);
        for (const read of o.asyncObservations[0]!.sites[0]!.reads)
          Object.assign(read, { oldWatched: 0, oldAlive: 0 });
      }),
    ],
  ])('are not those %s', (_, habit) => {
    expect(lasting(OUTBOUND, habit)).toEqual([]);
  });
});

describe('who calls a package', () => {
  const callerOf = (name: string, ...habits: Habit[]) =>
    callerOfPackage(gatherFacts(buildObservations(...habits)), name)?.app?.functionName ?? null;
  const under = (app: string) => `${app}@/app/src/${app}.js:1 > send@/app/node_modules/mailer/index.js:3`;

  test('is the function under which most of what the package keeps was allocated since the first read', () => {
    expect(
      callerOf('mailer', heapFloor(linear(9 * KB), under('few')), heapFloor(linear(90 * KB), under('many'))),
    ).toBe('many');
    // What was there before is not what grows.
    expect(
      callerOf(
        'mailer',
        heapFloor(constant(9_000 * KB), under('boot')),
        heapFloor(linear(9 * KB), under('grows')),
      ),
    ).toBe('grows');
  });

  test('is the one under which it spends most time, where it keeps nothing', () => {
    const turn: [string, number][] = [
      ['(idle)', 50],
      [under('seldom'), 5],
      [under('often'), 20],
    ];
    expect(callerOf('mailer', cpu(turn))).toBe('often');
    // What was kept comes first.
    expect(callerOf('mailer', cpu(turn), heapFloor(linear(9 * KB), under('keeps')))).toBe('keeps');
  });

  test('is nobody when it was seen under no function of the application, nor under another package', () => {
    expect(callerOf('mailer')).toBeNull();
    expect(callerOf('other', heapFloor(linear(90 * KB), under('many')))).toBeNull();
    expect(
      callerOf('mailer', heapFloor(linear(90 * KB), 'send@/app/node_modules/mailer/index.js:3')),
    ).toBeNull();
    expect(callerOf('mailer', heapFloor(filling(1, -90 * KB), under('many')))).toBeNull();
  });
});

test('who goes through a file of a package is told from who calls another of its files, or the package behind it', () => {
  const [QUERIES, TRANSACTIONS] = ['query.js', 'transaction.js'].map(
    (file) => `/app/node_modules/db/${file}`,
  );
  const later = `processTicksAndRejections@node:internal/process/task_queues:95`;
  const acquire = 'acquire@/app/node_modules/pooling/pool.js:3';
  const made = blame(framesFrom(`${later} > begin@${TRANSACTIONS}:70 > ${acquire}`), 'of calls');
  const facts = gatherFacts(
    buildObservations(
      asyncSite('PROMISE', `list@/app/src/rooms.js:12 > then@${QUERIES}:4 > ${acquire}`, { perSecond: 90 }),
      asyncSite('PROMISE', `book@/app/src/booking.js:5 > transaction@${TRANSACTIONS}:20`, { perSecond: 2 }),
    ),
  );
  const placeOf = (...files: string[]) => throughLibrary(made, facts, new Set(files)).app?.functionName;
  expect([placeOf(`node_modules/db/transaction.js`), placeOf()]).toEqual(['book', 'list']);
});

describe('what a package makes later, through another one', () => {
  const ZIP = '/app/node_modules/zipper/index.js';
  const made = blame(
    framesFrom(
      `processImmediate@node:internal/timers:1 > work@${ZIP}:90 > open@/app/node_modules/lazyfile/index.js:3`,
    ),
  );
  const placeOf = (...habits: Habit[]) => {
    const { subject, library, inner } = throughLibrary(made, gatherFacts(buildObservations(...habits)));
    return [subject, library, inner].map((frame) => frame?.functionName);
  };
  const append = asyncSite('Timeout', `download@/app/src/download.js:1 > append@${ZIP}:3`);
  const handler = asyncSite('Timeout', `emit@${ZIP}:9 > onEntry@/app/src/entries.js:4`);

  test('is of the place in the application that calls the other one', () => {
    expect(placeOf(append)).toEqual(['download', 'work', 'open']);
  });

  test('stays with the package where nobody calls any, or where the other one calls the application', () => {
    expect(placeOf()).toEqual(['open', 'work', 'open']);
    expect(placeOf(append, handler)).toEqual(['open', 'work', 'open']);
  });
});

describe('threads that sleep', () => {
  const SLEEP = 'loop@/app/src/worker.js:9 > wait';
  const COMPUTE = 'loop@/app/src/worker.js:9 > mine@/app/src/mine.js:4';
  /** Workers that V8 calls busy all the time, in a process that had `cores` of CPU. */
  const withWorkers = (cores: number | undefined, ...stacks: string[]) =>
    change((o) => {
      for (const sample of o.passive)
        sample.cpuMicros = cores === undefined ? undefined : sample.atMillis * 1_000 * cores;
      for (const [i, stack] of stacks.entries()) {
        const thread = i + 1;
        o.target.threads.push({ id: thread, name: `worker ${thread}` });
        const own = buildObservations(cpu([[stack, 10]], 30_000)).cpuProfiles[0]!;
        o.cpuProfiles.push({ ...own, thread, threadName: `worker ${thread}` });
      }
    });
  const sleepersOf = (habit: Habit) => [...gatherFacts(buildObservations(habit)).sleepers];

  test('are told by the time that the process had on a CPU', () => {
    // The main thread of the healthy server is busy for half of the time.
    expect(sleepersOf(withWorkers(0.55, SLEEP, SLEEP))).toEqual([1, 2]);
    expect(sleepersOf(withWorkers(2.5, COMPUTE, COMPUTE))).toEqual([]);
  });

  test('are told one by one where the kernel tells each: by what it was awake, on a CPU or waiting for one', () => {
    const awakeFor = (...shares: number[]) =>
      change((o) => {
        for (const sample of o.scheduling)
          sample.awake = [
            [77, 5],
            ...shares.map((share, i): [number, number] => [100 + i, sample.atMillis * 1_000 * share]),
          ];
        for (const i of shares.keys()) o.runtime.push({ ...o.runtime[0]!, thread: i + 1, tid: 100 + i });
      });
    const told = (...habits: Habit[]) => [...gatherFacts(buildObservations(...habits)).sleepers];
    const workers = withWorkers(2.2, COMPUTE, SLEEP, COMPUTE);
    expect(told(workers, awakeFor(0.9, 0.01, 0.6))).toEqual([2]);
    expect(told(workers)).toEqual([]);
  });

  test('are none in a process without workers, however little it works', () => {
    expect(sleepersOf(withWorkers(0.01))).toEqual([]);
  });

  test('are not known where the time was not counted', () => {
    expect(sleepersOf(withWorkers(undefined, SLEEP, SLEEP))).toEqual([]);
  });
});
