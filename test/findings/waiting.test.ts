// Findings of programs whose work waits, and what must not be blamed: victims, sleepers, starved machines, chains of
// timers that stay as many.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  asyncSite,
  buildObservations,
  change,
  cpu,
  fds,
  type Habit,
  heapFloor,
  KB,
  sockets,
  threads,
  timers,
} from '../support/build-observations.ts';
import type { Slice } from '../support/build-profile.ts';
import {
  lookups,
  pool,
  poolStuck,
  poolUsers,
  poolUsersAt,
  poolWaits,
  silentRoute,
} from '../support/build-waiting.ts';
import { constant, linear, type Shape } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const kindsOf = (...habits: Habit[]) => findingsOf(...habits).map(({ kind }) => kind);

const SERVE = 'emit@node:events:500';
const PLACE = `${SERVE} > handle@/app/src/orders.js:42`;
const LOAD = `${SERVE} > load@/app/src/load.js:3`;

describe('the thread pool', () => {
  const HASHES: Parameters<typeof poolUsers>[0] = [
    'SCRYPTREQUEST',
    `${PLACE} > scrypt@node:internal/crypto/scrypt:40`,
    10,
    700,
  ];
  const FILES: Parameters<typeof poolUsers>[0] = [
    'FSREQCALLBACK',
    `${LOAD} > readFile@node:fs:300`,
    200,
    321,
  ];

  test('is blamed on what holds the threads; files that only wait are the victim', () => {
    const [finding, ...rest] = findingsOf(
      poolWaits(() => 320),
      poolUsers(FILES, HASHES),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ kind: 'threadpool-saturation', severity: 'critical' });
    expect(finding!.subject).toMatchObject({ function: 'handle', file: 'src/orders.js', line: 42 });
    expect(finding!.title).toContain('they are busy with scrypt');
    expect(finding!.title).not.toContain('load');
  });

  test('is blamed on what computes where all waited so long that nobody saw who held the threads', () => {
    const users = (hashMillis: number) =>
      poolUsers(
        ['FSREQPROMISE', `${LOAD} > open@node:fs:300`, 19, 1_600],
        ['FILEHANDLECLOSEREQ', `${LOAD} > close@node:fs:300`, 11, 1_800],
        ['SCRYPTREQUEST', 'handle@/app/src/orders.js:42', 9, hashMillis],
      );
    const [finding] = findingsOf(
      poolWaits(() => 1_500),
      users(1_700),
    );
    expect(finding!.title).toContain('they are busy with scrypt (src/orders.js:42, handle)');
  });

  test('is blamed on a native addon by its package where it is the only one', () => {
    const path = '/app/node_modules/hasher-linux/hasher.node';
    const loaded = (...packages: string[]) =>
      change(({ passive }) => {
        passive.at(-1)!.addons = packages.map((name) => ({ path, package: name }));
      });
    const work = poolUsers(FILES, ['undefined', `${LOAD} > check@/app/src/login.js:14`, 20, 400]);
    const titleOf = (...habits: Habit[]) =>
      findingsOf(
        poolWaits(() => 320),
        work,
        ...habits,
      )[0]!.title;
    expect(titleOf(loaded('hasher-linux@2.0.2'))).toMatch(
      /they are busy with work of hasher-linux@2\.0\.2 \(src\/login\.js:14, check\)$/,
    );
    expect(titleOf(loaded('hasher-linux@2.0.2', 'sqlite@5.0.0'))).toMatch(
      /they are busy with work of a native addon \(src\/login\.js:14, check\)$/,
    );
    const [finding] = findingsOf(
      poolWaits(() => 320),
      work,
      loaded('hasher-linux@2.0.2', 'sqlite@5.0.0'),
    );
    expect(finding!.evidence.at(-1)!.statement).toBe(
      'native addons loaded: hasher-linux@2.0.2, sqlite@5.0.0',
    );
  });

  test('is blamed on files where they hold the threads themselves', () => {
    const [finding] = findingsOf(
      poolWaits(() => 120),
      poolUsers(['FSREQCALLBACK', `${LOAD} > readFile@node:fs:300`, 40, 220]),
    );
    expect(finding).toMatchObject({ kind: 'threadpool-saturation' });
    expect(finding!.subject).toMatchObject({ function: 'load', file: 'src/load.js' });
    expect(finding!.title).toContain('they are busy with file operations');
  });

  test('is blamed on streams that pack in many steps, each of which waits anew', () => {
    const [finding] = findingsOf(
      poolWaits(() => 60),
      poolUsers(['ZLIB', PLACE, 10, 400, 200, 5], ['FSREQCALLBACK', LOAD, 20, 61, 1]),
    );
    expect(finding!.title).toMatch(/they are busy with compression/);
  });

  test.each<[string, Habit[]]>([
    [
      'a starved machine: everything waits, with next to nothing inside the pool',
      [poolWaits(() => 80), poolUsers(['FSREQCALLBACK', LOAD, 2, 90])],
    ],
    ['a pool that nobody was seen to use', [poolWaits(() => 80), poolUsers()]],
    ['waits that nobody looked closer at', [poolWaits(() => 80)]],
    ['long operations that leave a thread soon', [poolWaits(() => 60), poolUsers(['ZLIB', PLACE, 10, 400])]],
    ['a pool that is busy, with a thread to spare', [poolWaits(() => 2), poolUsers(HASHES)]],
    ['a wait in every third second', [poolWaits((t) => (t % 3 < 1 ? 300 : 1)), poolUsers(HASHES)]],
  ])('is not named for %s', (_, habits) => {
    expect(findingsOf(...habits).map(({ title }) => title)).toEqual([]);
  });

  test('explains slow lookups: they stand in the same line', () => {
    const [finding, ...rest] = findingsOf(
      poolWaits(() => 320),
      poolUsers(HASHES, ['GETADDRINFOREQWRAP', `${LOAD} > lookup@node:dns:200`, 3, 330]),
      lookups('db.internal', 3, 330),
      asyncSite('GETADDRINFOREQWRAP', `${LOAD} > lookup@node:dns:200`, { aliveShare: 0 }),
    );
    expect([finding!.kind, rest]).toEqual(['threadpool-saturation', []]);
    expect(finding!.subject).toMatchObject({ function: 'handle' });
    expect(finding!.symptoms.join()).toContain("lookups of 'db.internal': 330 ms each");
  });

  test('is explained by slow lookups that hold its threads', () => {
    const [finding, ...rest] = findingsOf(
      lookups('db.internal', 30, 700),
      poolWaits(() => 600),
      poolUsers(
        ['GETADDRINFOREQWRAP', `${LOAD} > lookup@node:dns:200`, 30, 1_300],
        ['FSREQCALLBACK', PLACE, 20, 601],
      ),
      asyncSite('GETADDRINFOREQWRAP', `${LOAD} > lookup@node:dns:200`, { aliveShare: 0 }),
    );
    expect([finding!.kind, rest]).toEqual(['dns-slow', []]);
    expect(finding!.subject).toMatchObject({ name: 'db.internal', function: 'load' });
  });
});

describe('a pool that is not given back all that it lends out', () => {
  const ACQUIRE = `${PLACE} > acquire@/app/node_modules/generic-pool/lib/Pool.js:400`;
  const losing = (silent: Shape, waiters: string[]) =>
    pool(constant(0), {
      limit: 60,
      className: 'Pool',
      holder: { kind: 'variable', name: 'printers', of: '' },
      busy: (t) => silent(t) + 3,
      silent,
      waiters,
    });
  const opened = sockets({ endpoint: '10.0.0.7:9100' }, linear(0.5, 4));

  test('is named before anybody waits, with who takes from it and when it will be dry; its sockets are a symptom', () => {
    const [finding, ...rest] = findingsOf(losing(linear(0.5, 4), [ACQUIRE, ACQUIRE]), opened);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'pool-exhaustion',
      severity: 'critical',
      subject: { type: 'pool', name: 'printers', function: 'handle', file: 'src/orders.js', line: 42 },
      impact: { metric: 'connections', unit: 'per second', limit: '60 at most', exhaustionSeconds: 73 },
    });
    expect(finding!.title).toMatch(
      /^Pool `printers` loses 0\.52\/s: 22 of 60 are checked out, 19 of them idle \(src\/orders\.js:42, handle, through generic-pool/,
    );
    expect(finding!.symptoms.join()).toContain('10.0.0.7:9100');
  });

  test.each<[string, Habit[]]>([
    ['connections that are kept on purpose', [losing(constant(8), [ACQUIRE])]],
    ['slow work that ends', [losing((t) => 4 + ((t * 2) % 9), [ACQUIRE])]],
    ['two that were lost', [losing((t) => 4 + Math.floor(t / 11), [ACQUIRE])]],
  ])('is not named for %s', (_, habits) => {
    expect(findingsOf(...habits).map(({ title }) => title)).toEqual([]);
  });

  test('is told once as dry where somebody waits', () => {
    const dry = pool(linear(1), { limit: 10, silent: linear(0.3, 1), waiters: [ACQUIRE] });
    expect(findingsOf(dry).map(({ title }) => title)).toEqual([expect.stringContaining('is exhausted')]);
  });
});

describe('what a library gives back by itself is not asked of its caller:', () => {
  const SILENT = { looked: 5, silent: 5, longestSilentMillis: 20_000, labels: [] };
  const adviceOf = (waiter: string) =>
    findingsOf(pool(linear(2), { limit: 5, lent: SILENT, waiters: [waiter, waiter] }))[0]!.advice;

  test('work that never ends is, where it was asked for work', () => {
    expect(adviceOf(`${PLACE} > sendMail@/app/node_modules/mailer/lib/index.js:90`)).toEqual([
      expect.stringMatching(/^mailer returns each one when the requested work ends/),
    ]);
  });

  test('giving back is, where it was asked for a connection', () => {
    expect(adviceOf(`${PLACE} > connect@/app/node_modules/pg-pool/index.js:90`)).toEqual([
      expect.stringMatching(/^Release what was taken on every path/),
    ]);
  });
});

describe('slow lookups', () => {
  const names = (times: number) =>
    Array.from({ length: 8 }, (_, i) =>
      change((o) => {
        const samples = o.runtime.filter(({ afterGc }) => !afterGc);
        const millis = 800 + i;
        for (let time = 0; time < times; time++)
          samples[i + 8 * time]!.lookups!.push({
            name: `shard-${i}.internal`,
            call: 'lookup',
            count: 1,
            totalMillis: millis,
            longestMillis: millis,
          });
      }),
    );

  test('of many names, each asked for twice, are named together', () => {
    const [finding] = findingsOf(...names(2));
    expect(finding).toMatchObject({ kind: 'dns-slow' });
    expect(finding!.title).toMatch(/^Lookups of 'shard-7\.internal' and 7 more take 804 ms each/);
    expect(finding!.caveats).toEqual(['The code that looks them up is unknown.']);
  });

  test('are not named for first lookups of as many names', () => {
    expect(kindsOf(...names(1))).toEqual([]);
  });

  test('are not named for a few among many quick ones', () => {
    const slowOnce = change((o) => {
      const sample = o.runtime.find(({ afterGc }) => !afterGc)!;
      for (const name of ['a', 'b', 'c', 'd', 'e'])
        sample.lookups!.push({ name, call: 'lookup', count: 1, totalMillis: 900, longestMillis: 900 });
    });
    expect(kindsOf(slowOnce, lookups('db.internal', 5, 2))).toEqual([]);
  });
});

describe('a thread pool from which nothing comes back', () => {
  const STATUS = `${SERVE} > printerStatus@/app/src/status.js:22 > readFile@node:internal/fs/promises:1248`;
  const LABEL = `${SERVE} > label@/app/src/labels.js:17 > readFile@node:internal/fs/promises:1248`;
  /** Operations that have not ended since this second. */
  const since = (second: number, at: string, perSecond: number): Habit =>
    change((o) => {
      asyncSite('FSREQPROMISE', at, { perSecond })(o);
      for (const read of o.asyncObservations[0]!.sites.at(-1)!.reads)
        read.oldestMillis = Math.max(0, read.atMillis - second * 1_000);
    });
  const seen = poolUsersAt(27, ['FSREQPROMISE', LABEL, 20, 1_500, 0]);

  test('is told as that, with what was sent before and has not ended, however calm the first part was', () => {
    const [finding, ...rest] = findingsOf(
      poolStuck(22),
      seen,
      since(18, STATUS, 1),
      since(21.8, LABEL, 20),
      silentRoute('GET /labels/#'),
      silentRoute('GET /status/#'),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'threadpool-saturation',
      severity: 'critical',
      subject: { function: 'printerStatus', file: 'src/status.js', line: 22 },
      caveats: [],
    });
    expect(finding!.title).toBe(
      'Nothing has come back from the thread pool for 8 s: all 4 threads are held by operations that have not ended (src/status.js:22, printerStatus)',
    );
    expect(finding!.evidence.map(({ statement }) => statement).slice(1, 3)).toEqual([
      'file operations started in src/status.js:22, printerStatus were sent before that and have not ended, the oldest for 12 s',
      expect.stringMatching(/^about \d+ file operations of src\/labels.js:17, label wait for a thread$/),
    ]);
    expect(finding!.symptoms!.length).toBeGreaterThan(0);
  });

  test('names nobody where no garbage was collected since: what has come back may still be there', () => {
    const [finding] = findingsOf(
      poolStuck(22),
      seen,
      since(18, STATUS, 1),
      since(21.8, LABEL, 20),
      change((o) => {
        o.runtime = o.runtime.filter(({ afterGc, atMillis }) => !afterGc || atMillis < 21_000);
      }),
    );
    expect(finding!.title).toMatch(/operations that have not ended$/);
  });

  test('names nobody where all that wait are as old as the look', () => {
    const [finding] = findingsOf(poolStuck(-3), seen, since(0.1, STATUS, 1), since(0.2, LABEL, 20));
    expect(finding).toMatchObject({ kind: 'threadpool-saturation' });
    expect(finding!.title).toMatch(/operations that have not ended$/);
    expect(finding!.caveats[0]).toContain('It is not known which operations hold the threads');
  });

  test.each<[string, Habit[]]>([
    [
      'operations came back while it was looked at',
      [poolStuck(22), poolUsersAt(27, ['FSREQPROMISE', LABEL, 20, 1_500, 40])],
    ],
    ['it has been so for two seconds', [poolStuck(28), seen]],
    ['nobody looked closer, and it may only be long', [poolStuck(24)]],
    [
      'the event loop was late for as long',
      [
        poolStuck(22),
        seen,
        change((o) => {
          for (const sample of o.runtime)
            if (sample.eventLoopDelayMillis) sample.eventLoopDelayMillis.max = 6_000;
        }),
      ],
    ],
  ])('is not told where %s', (_, habits) => {
    expect(kindsOf(...habits)).not.toContain('threadpool-saturation');
  });
});

describe('chains of timers', () => {
  const CHAIN =
    'listOnTimeout@node:internal/timers:588 > poll@/app/src/poll.js:8 > setTimeout@node:timers:100';
  const START = `${PLACE} > poll@/app/src/poll.js:8 > setTimeout@node:timers:100`;
  const next = (at: string, alive: Shape, perSecond = 20): Habit =>
    change((o) => {
      asyncSite('Timeout', at, { perSecond, delayMillis: 500 })(o);
      for (const read of o.asyncObservations[0]!.sites.at(-1)!.reads) {
        // Hooks see half of the time.
        const stays = Math.floor(alive(read.atMillis / 1_000) / 2);
        Object.assign(read, { watched: read.made, alive: Math.min(read.made, stays), oldAlive: 0 });
      }
    });

  test('that become more are a leak of timers, placed where the chains are started', () => {
    const [finding, ...rest] = findingsOf(
      next(CHAIN, linear(3, 4)),
      asyncSite('Timeout', START, { perSecond: 3, aliveShare: 0.2, delayMillis: 500 }),
      timers(linear(3)),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ kind: 'timer-leak' });
    // In a caught stack a frame's line is that of the call.
    expect(finding!.subject).toMatchObject({ function: 'poll', file: 'src/poll.js', line: 8 });
    expect(finding!.title).toMatch(
      /^Timers accumulate at 3\/s: a timer that sets itself again is started and never cleared/,
    );
    expect(finding!.evidence[0]!.statement).toContain(
      'are set again by their own callback (src/poll.js:8, poll)',
    );
  });

  test('are told by the pace of their starts where only some of those that wait are watched', () => {
    const habits = [
      next(CHAIN, constant(40)),
      asyncSite('Timeout', START, { perSecond: 3, aliveShare: 0, delayMillis: 500 }),
      timers(linear(3)),
    ];
    const [finding] = findingsOf(...habits);
    expect(finding).toMatchObject({ kind: 'timer-leak', subject: { function: 'poll', file: 'src/poll.js' } });
    expect(kindsOf(...habits.slice(0, 2), timers(linear(9)))).toEqual([]);
  });

  test('that become more are found where their start was not caught, too', () => {
    const [finding] = findingsOf(next(CHAIN, linear(3, 4)), timers(linear(3)));
    expect(finding).toMatchObject({ kind: 'timer-leak', subject: { function: 'poll' } });
  });

  describe('whose waits are as short as their watch is late, so that none is seen to stay,', () => {
    /** Loops of `await`: some go on under the timer, others after it. 60 at first, and 12 more a second. */
    const LOOP =
      'listOnTimeout@node:internal/timers:588 > board@/app/src/board.js:8 > setTimeout@node:timers:100';
    const loops = (perSecond: number) => [
      next(LOOP, constant(40), perSecond),
      next('board@/app/src/board.js:8 > setTimeout@node:timers:100', constant(40), perSecond),
    ];

    test('are a leak where more wait on average than there were timers at first', () => {
      const [finding, ...rest] = findingsOf(...loops(240), timers(linear(12, 60)));
      expect(rest).toEqual([]);
      expect(finding).toMatchObject({
        kind: 'timer-leak',
        subject: { function: 'board', file: 'src/board.js', line: 8 },
      });
      expect(finding!.advice[0]).toMatch(/^Each is a loop, or a callback that sets the next timer/);
    });

    test('are not named where other timers may be what was added', () => {
      expect(kindsOf(...loops(60), timers(linear(12, 60)))).toEqual([]);
    });

    describe('and which are over before anybody reads them,', () => {
      const POLL = 'listOnTimeout@node:internal/timers:588 > until@/app/node_modules/waiter/index.js:4';
      const polls = (perSecond: number) =>
        asyncSite('Timeout', `export@/app/src/export.js:8 > ${POLL}`, {
          perSecond,
          aliveShare: 0,
          delayMillis: 20,
        });

      test('are a leak, with what to ask of the package whose loop it is', () => {
        const [finding, ...rest] = findingsOf(polls(2_400), timers(linear(2, 20)));
        expect(rest).toEqual([]);
        expect(finding).toMatchObject({
          kind: 'timer-leak',
          subject: { function: 'export', file: 'src/export.js', line: 8 },
          advice: [
            expect.stringMatching(/^Each is a loop/),
            expect.stringMatching(/^The loop is in waiter: give it a limit/),
          ],
        });
        expect(finding!.evidence[0]!.statement).toMatch(/; about 48 wait at a time$/);
      });

      test.each<[string, Habit[]]>([
        ['few wait, and other timers become more', [polls(1_000), timers(linear(2, 20))]],
        ['as many timers wait all the time', [polls(2_400), timers(constant(48))]],
      ])('are not named where %s', (_, habits) => {
        expect(kindsOf(...habits)).toEqual([]);
      });
    });
  });

  test.each<[string, Habit[]]>([
    ['a constant number of chains', [next(CHAIN, constant(40))]],
    [
      'a constant number of chains, while other timers become more',
      [next(CHAIN, constant(40)), timers(linear(3))],
    ],
    ['more timers of a chain in a process whose timers stay as many', [next(CHAIN, linear(3, 4))]],
    ['single timers of requests, more with the load', [next(START, linear(3, 4)), timers(linear(3))]],
  ])('are not named for %s', (_, habits) => {
    expect(kindsOf(...habits)).toEqual([]);
  });
});

describe('workers', () => {
  const site = (aliveShare: number, perSecond: number, at = `${PLACE} > Worker@node:internal/worker:200`) =>
    asyncSite('WORKER', at, { perSecond, aliveShare });

  test('that stay on one path of several are a leak, at their own pace', () => {
    const [finding, ...rest] = findingsOf(threads(linear(0.5)), site(0.25, 2));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'worker-leak',
      subject: { function: 'handle', file: 'src/orders.js' },
    });
    expect(finding!.impact?.value).toBeGreaterThan(0.4);
    expect(finding!.impact?.value).toBeLessThan(0.6);
  });

  test('of a profiled process tell their own rate: our profiler adds threads to it', () => {
    const [finding] = findingsOf(threads(linear(2)), site(1, 1));
    expect(finding!.impact?.value).toBeCloseTo(1, 0);
  });

  test.each<[string, Habit[]]>([
    ['that all end', [threads((t) => t % 3), site(0, 2)]],
    ['that end, while other threads become more', [threads(linear(1)), site(0, 2)]],
    ['of a pool that stays', [threads(constant(8)), site(1, 0.1)]],
  ])('are not named where they are ones %s', (_, habits) => {
    expect(kindsOf(...habits)).toEqual([]);
  });

  /** V8 calls it busy; what its process had of the CPUs is `cores`. */
  const worker = (stack: string, cores: number, { id = 1, busy = 1 } = {}): Habit =>
    change((o) => {
      for (const sample of o.passive) sample.cpuMicros = sample.atMillis * 1_000 * cores;
      o.target.threads.push({ id, name: `worker ${id}` });
      const turn: Slice[] = [
        [stack, 10 * busy],
        ['(idle)', 10 * (1 - busy)],
      ];
      const own = buildObservations(cpu(turn, 30_000)).cpuProfiles[0]!;
      o.cpuProfiles.push({ ...own, thread: id, threadName: `worker ${id}` });
    });

  test('that sleep in Atomics.wait are no hotspot and hold no event loop', () => {
    expect(findingsOf(worker('loop@/app/src/worker.js:9 > wait', 0.55)).map(({ title }) => title)).toEqual(
      [],
    );
  });

  test('that compute are', () => {
    const [finding] = findingsOf(worker('loop@/app/src/worker.js:9 > mine@/app/src/mine.js:4', 1.5));
    expect(finding!.subject).toMatchObject({ function: 'mine', thread: 1 });
  });

  const MINE = 'loop@/app/src/worker.js:9 > mine@/app/src/mine.js:4';
  test('that compute for half of the time are none: that is what they are for', () => {
    expect(findingsOf(worker(MINE, 0.5, { busy: 0.5 }))).toEqual([]);
  });

  test('that do the same are one finding', () => {
    const [finding, ...rest] = findingsOf(
      worker(MINE, 1.8, { id: 1, busy: 0.8 }),
      worker(MINE, 1.8, { id: 2, busy: 1 }),
    );
    expect(rest).toEqual([]);
    expect(finding!.subject).toMatchObject({ function: 'mine', thread: 2 });
    expect(finding!.evidence.at(-1)!.statement).toBe('1 other thread does the same: together 1.8 cores');
  });
});

describe('a pool that has run dry', () => {
  const AGENT = { className: 'Agent', endpoint: '10.0.0.7:80', limit: 8 };
  const NOT_READ = {
    looked: 8,
    silent: 8,
    longestSilentMillis: 9_000,
    labels: [['GET /rates/#: response not read', 8]] as [string, number][],
  };
  const requests = (perSecond: number) =>
    asyncSite('http.client.request', `${PLACE} > request@node:http:99`, {
      label: 'GET 10.0.0.7:80/rates/#',
      perSecond,
      aliveShare: 0.5,
    });
  const to = (endpoint: string, perSecond: number) => [
    sockets({ state: 'CLOSE_WAIT', endpoint }, linear(perSecond)),
    asyncSite('TCPWRAP', `${LOAD} > connect@node:net:1`, { perSecond }),
  ];

  test('explains sockets of its own endpoint, the requests that wait, and what they hold', () => {
    const [finding, ...rest] = findingsOf(
      pool(linear(5), { ...AGENT, lent: NOT_READ }),
      requests(10),
      sockets({ endpoint: '10.0.0.7:80' }, linear(0.5)),
      heapFloor(linear(40 * KB), PLACE),
    );
    expect([finding!.kind, rest.map(({ kind }) => kind)]).toEqual(['pool-exhaustion', []]);
    expect(finding!.symptoms.join('; ')).toMatch(/sockets to 10\.0\.0\.7:80/);
    expect(finding!.symptoms.join('; ')).toMatch(/requests/i);
    expect(finding!.evidence.map(({ statement }) => statement)).toContain(
      'in use: 8 x GET /rates/#: response not read',
    );
    expect(finding!.advice.join()).toMatch(/Read every response/);
  });

  test('does not explain sockets to elsewhere that leak at a pace of their own', () => {
    const kinds = kindsOf(pool(linear(30), { ...AGENT, lent: NOT_READ }), ...to('10.9.9.9:6379', 1));
    expect(kinds.toSorted()).toEqual(['pool-exhaustion', 'socket-leak']);
  });

  test('does not explain timers that leak at a pace of their own, nor files', () => {
    const kinds = kindsOf(
      pool(linear(30), AGENT),
      asyncSite('Timeout', `${LOAD} > setInterval@node:timers:200`, {
        isRepeating: true,
        delayMillis: 1_000,
        perSecond: 1,
      }),
      timers(linear(1)),
    );
    expect(kinds.toSorted()).toEqual(['pool-exhaustion', 'timer-leak']);
    const more = kindsOf(
      pool(linear(30), AGENT),
      fds('file', '/tmp/upload-#', linear(2)),
      asyncSite('FILEHANDLE', LOAD, { perSecond: 2 }),
    );
    expect(more.toSorted()).toEqual(['fd-leak', 'pool-exhaustion']);
  });

  test('of clients that are in use and work is given other advice than one of clients never returned', () => {
    const busy = { looked: 10, silent: 1, longestSilentMillis: 300, labels: [] };
    const held = { looked: 10, silent: 10, longestSilentMillis: 20_000, labels: [] };
    const [working] = findingsOf(pool(linear(3), { lent: busy }));
    const [leaked] = findingsOf(pool(linear(3), { lent: held }));
    expect(working!.title).not.toContain('never returned');
    expect(working!.advice.join()).toMatch(/acquire timeout/);
    expect(leaked!.title).toContain('never returned');
    expect(leaked!.advice.join()).toMatch(/`finally`/);
  });

  test('of an Agent that waits for answers is told to set a timeout, not to read them', () => {
    const lent = { ...NOT_READ, labels: [['GET /rates/#: no response yet', 8]] as [string, number][] };
    const [finding] = findingsOf(pool(linear(5), { ...AGENT, lent }), requests(10));
    expect(finding!.title).not.toContain('never returned');
    expect(finding!.advice.join()).toMatch(/timeout/);
    expect(finding!.advice.join()).not.toMatch(/Read every response/);
  });

  describe('whose queue stays at one length, and whose connections cannot be examined,', () => {
    const waiting = (ages: (nth: number) => number, aliveShare = 0.1): Habit =>
      change((o) => {
        asyncSite('http.server.request', '', { label: 'GET /items/#', perSecond: 5, aliveShare })(o);
        const { reads } = o.asyncObservations[0]!.sites.at(-1)!;
        for (const [nth, read] of reads.entries()) read.oldestMillis = ages(nth);
      });

    test('is reported where requests are answered only after seconds', () => {
      const [finding] = findingsOf(
        pool(constant(20)),
        waiting((nth) => 700 + 1_000 * (nth % 4)),
      );
      expect(finding).toMatchObject({ kind: 'pool-exhaustion', severity: 'warning' });
      expect(finding!.evidence.map(({ statement }) => statement)).toContain(
        'meanwhile requests to GET /items/# take up to 3.7 s',
      );
    });

    test.each<[string, Habit[]]>([
      ['answered soon', [pool(constant(20)), waiting(() => 300)]],
      ['long polls', [pool(constant(20)), waiting(() => 25_000)]],
      ['behind a pool that has few waiters', [pool(constant(2)), waiting(() => 3_000)]],
      [
        'behind a pool whose connections work',
        [
          pool(constant(20), { lent: { looked: 10, silent: 0, longestSilentMillis: 90, labels: [] } }),
          waiting(() => 3_000),
        ],
      ],
    ])('but not where requests are %s', (_, habits) => {
      expect(kindsOf(...habits)).not.toContain('pool-exhaustion');
    });
  });

  test.each<[string, Habit]>([
    ['a queue that rises by three in all', pool((t) => 1 + Math.floor(t / 10))],
    [
      'a long queue of a pool that works',
      pool(constant(200), { lent: { looked: 10, silent: 0, longestSilentMillis: 90, labels: [] } }),
    ],
    ['a long queue of a pool that nobody could look into', pool(constant(200))],
    [
      'a short queue of silent connections (long polls)',
      pool(constant(2), { lent: { ...NOT_READ, labels: [] } }),
    ],
  ])('is not named for %s', (_, habit) => {
    expect(kindsOf(habit)).toEqual([]);
  });
});

describe('what is leaked on one path of several is placed all the same:', () => {
  const quarter = (type: string, at: string) => asyncSite(type, at, { perSecond: 4, aliveShare: 0.25 });

  test('sockets', () => {
    const [finding] = findingsOf(
      sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80' }, linear(1)),
      quarter('TCPWRAP', `${PLACE} > connect@node:net:1`),
      asyncSite('TCPWRAP', `${LOAD} > connect@node:net:1`, { perSecond: 40, aliveShare: 0 }),
    );
    expect(finding).toMatchObject({ kind: 'socket-leak', subject: { function: 'handle', line: 42 } });
  });

  test('files', () => {
    const [finding] = findingsOf(fds('file', '/tmp/upload-#', linear(1)), quarter('FILEHANDLE', PLACE));
    expect(finding).toMatchObject({ kind: 'fd-leak', subject: { function: 'handle', line: 42 } });
  });

  test('nor on one whose files Node.js opens and closes by itself', () => {
    const opening = 'open@node:internal/fs/promises:640';
    const closed = (type: string, at: string, perSecond: number) =>
      asyncSite(type, at, { perSecond, aliveShare: 0 });
    const saving = `${LOAD} > writeFile@node:internal/fs/promises:1200 > ${opening}`;
    const [finding] = findingsOf(
      fds('deleted-file', '/tmp/upload-#', linear(4)),
      closed('FSREQPROMISE', saving, 40),
      closed('FSREQPROMISE', `${PLACE} > ${opening}`, 10),
    );
    expect(finding).toMatchObject({ kind: 'fd-leak', subject: { function: 'handle', line: 42 } });
    const [unplaced] = findingsOf(
      fds('deleted-file', '/tmp/upload-#', linear(4)),
      closed('FSREQPROMISE', saving, 40),
    );
    expect(unplaced!.title).toBe('Open deleted files /tmp/upload-# accumulate at 4/s and are never closed');
  });

  test('nor on streams, which close their files, where a function opens them at once and closes none', () => {
    const opening =
      'createWriteStream@node:fs:3000 > _construct@node:internal/fs/streams:60 > open@node:fs:500';
    const written = asyncSite('FSREQCALLBACK', `${LOAD} > ${opening}`, { perSecond: 40, aliveShare: 0 });
    const placed = (...calls: string[]) => {
      const [finding] = findingsOf(
        fds('deleted-file', '/tmp/export-#.csv', linear(4)),
        written,
        cpu([[SERVE, 50], ...calls.map((call): Slice => [`${PLACE} > ${call}@node:fs:560 > open`, 1])]),
      );
      return [finding!.kind, finding!.subject.function];
    };
    expect(placed()).toEqual(['fd-leak', 'load']);
    expect(placed('openSync', 'fstatSync')).toEqual(['fd-leak', 'handle']);
    expect(placed('openSync', 'readSync', 'closeSync')).toEqual(['fd-leak', 'load']);
    expect(placed('readFileSync')).toEqual(['fd-leak', 'load']);
  });

  test('but not on a place whose things grow at quite another pace', () => {
    const [finding] = findingsOf(
      sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80' }, linear(1)),
      asyncSite('TCPWRAP', `${LOAD} > connect@node:net:1`, { perSecond: 60, aliveShare: 0.1 }),
    );
    expect(finding!.kind).toBe('socket-leak');
    expect(finding!.subject.file).toBeNull();
  });
});

describe('requests that go out and wait', () => {
  const CALL = `${PLACE} > proxy@/app/node_modules/web-proxy/index.js:9 > request@node:http:99`;
  const waits = asyncSite('http.client.request', CALL, { label: 'POST 10.0.0.7:80/loans', perSecond: 2 });
  const unended = (share: number) =>
    change((o) => {
      for (const { reads } of o.asyncObservations[0]!.sites)
        for (const read of reads) read.oldUnended = Math.round(read.oldAlive * share);
    });
  const titleOf = (...habits: Habit[]) => findingsOf(...habits)[0]!.title;

  test('are said not to be ended by the program where it never calls end(), with what a proxy is to do', () => {
    const [finding] = findingsOf(waits, unended(1));
    expect(finding!.title).toBe(
      'Outgoing requests (POST 10.0.0.7:80/loans) accumulate at 2/s: the program does not send them to their end (src/orders.js:42, handle, through web-proxy (node_modules/web-proxy/index.js:9, proxy))',
    );
    expect(finding!.advice[0]).toContain('register the proxy before the body parser');
    expect(finding!.evidence.at(-1)!.statement).toContain('lack their end or their body');
  });

  test('are said to get no response where most are ended, or nobody knows', () => {
    const usual =
      'Outgoing requests (POST 10.0.0.7:80/loans) accumulate at 2/s: no response arrives and nothing aborts them (src/orders.js:42, handle, through web-proxy (node_modules/web-proxy/index.js:9, proxy))';
    expect([titleOf(waits), titleOf(waits, unended(0)), titleOf(waits, unended(0.5))]).toEqual([
      usual,
      usual,
      usual,
    ]);
  });
});

describe('requests that come in, some of which are never answered', () => {
  const WAIT = `${SERVE} > route@/app/src/routes.js:11 > exclusively@/app/src/exclusive.js:4`;
  const requests = asyncSite('http.server.request', '', {
    label: 'POST /visits',
    perSecond: 8,
    aliveShare: 0.5,
  });
  const waits = (at: string, perSecond: number, aliveShare: number) =>
    asyncSite('PROMISE', at, { perSecond, aliveShare });
  /** It rises and falls with those that give up. */
  const unsteady = change((o) => {
    for (const site of o.asyncObservations[0]!.sites.filter(({ type }) => type === 'PROMISE'))
      for (const [i, read] of site.reads.entries())
        if ((site.reads.length - i) % 2 === 0) read.alive = Math.round(read.alive / 4);
  });
  const emptied = asyncSite('PROMISE', '', { serving: 'POST /visits', perSecond: 8, aliveShare: 0 });

  test('are told where as many promises stay, deepest in the program, and not to have been abandoned', () => {
    const [finding] = findingsOf(
      requests,
      waits(`${SERVE} > next@/app/src/app.js:9`, 9, 0.5),
      waits(WAIT, 8, 0.5),
      emptied,
      unsteady,
    );
    expect(finding!.title).toBe(
      'Requests to POST /visits accumulate at 4/s: some are never answered (src/exclusive.js:4, exclusively)',
    );
    const evidence = finding!.evidence.map(({ statement }) => statement).join('\n');
    expect(evidence).toMatch(
      /about as many promises created in src\/exclusive\.js:4, exclusively are pending: \d+/,
    );
    expect(evidence).not.toContain('collected unsettled');
  });

  test('are not told by promises of which most settle', () => {
    const [finding] = findingsOf(requests, waits(WAIT, 40, 0.1), emptied, unsteady);
    expect(finding!.title).toBe('Requests to POST /visits accumulate at 4/s: some are never answered');
    // Some of those that stay may be theirs.
    expect(finding!.evidence.map(({ statement }) => statement).join()).not.toContain('collected unsettled');
  });
});
