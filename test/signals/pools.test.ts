import { describe, expect, test } from 'vitest';
import { OWN_URL } from '../support/build-profile.ts';
import { decode as decodeLines, type LineOf } from '../support/decode-lines.ts';

const decode = (reads: LineOf<'pools'>[]) => decodeLines(reads).pools;
const ASK = [
  ['shadow', OWN_URL, 4, 0],
  ['connect', '/app/node_modules/pg-pool/index.js', 199, 4],
  ['handle', '/app/src/orders.js', 41, 2],
];

type RawPool = LineOf<'pools'>['pools'][number];
const pool = (more: Partial<RawPool> = {}): RawPool => ({
  id: 1,
  className: 'BoundPool',
  limit: 10,
  busy: 10,
  idle: 0,
  waiting: 2,
  insertions: [],
  ...more,
});
const read = (atMillis: number, pools: RawPool[], thread = 0, found = 2): LineOf<'pools'> => ({
  type: 'pools',
  thread,
  atMillis,
  found,
  pools,
});

describe('reads of pools', () => {
  test('become one pool with all its readings, and who came to wait, without our own frames', () => {
    const holder = { kind: 'variable', name: 'db', of: 'boot' } as const;
    const lent = { looked: 10, silent: 4, longestSilentMillis: 5_000, labels: [] };
    const pools = decode([
      read(1_000, [pool({ holder, insertions: [ASK] })]),
      read(2_000, [pool({ holder, waiting: 5, lent, insertions: [ASK, ASK] })]),
    ]);
    expect(pools).toHaveLength(1);
    const { waiters, ...rest } = pools[0]!;
    expect(rest).toEqual({
      thread: 0,
      className: 'BoundPool',
      holder,
      endpoint: undefined,
      readings: [
        { atMillis: 1_000, limit: 10, busy: 10, idle: 0, waiting: 2, lent: undefined },
        { atMillis: 2_000, limit: 10, busy: 10, idle: 0, waiting: 5, lent },
      ],
    });
    expect(waiters.map((frames) => frames.map(({ functionName, owner }) => [functionName, owner]))).toEqual(
      Array(3).fill([
        ['connect', 'library'],
        ['handle', 'app'],
      ]),
    );
  });

  test('that leave a pool out found it empty', () => {
    const [decoded] = decode([
      read(1_000, []),
      read(2_000, [pool({ waiting: 3 })]),
      read(3_000, []),
      read(4_000, [pool({ waiting: 1 })]),
    ]);
    expect(decoded!.readings.map(({ atMillis, limit, waiting }) => [atMillis, limit, waiting])).toEqual([
      [1_000, 10, 0],
      [2_000, 10, 3],
      [3_000, 10, 0],
      [4_000, 10, 1],
    ]);
    // What was not read is not known.
    expect(decoded!.readings.map(({ busy }) => busy)).toEqual([undefined, 10, undefined, 10]);
  });

  test('from before a pool was found say nothing of it', () => {
    const [decoded] = decode([
      read(1_000, [], 0, 0),
      read(2_000, [], 0, 1),
      read(3_000, [pool({ waiting: 40 })], 0, 2),
      read(4_000, [], 0, 2),
    ]);
    expect(decoded!.readings.map(({ atMillis, waiting }) => [atMillis, waiting])).toEqual([
      [3_000, 40],
      [4_000, 0],
    ]);
    // Known, and not in use at first.
    const [idle] = decode([read(1_000, [], 0, 1), read(2_000, [], 0, 2), read(3_000, [pool()], 0, 2)]);
    expect(idle!.readings.map(({ atMillis }) => atMillis)).toEqual([2_000, 3_000]);
  });

  test('keep the destinations of one Agent apart, and the threads', () => {
    const agent = (endpoint: string, waiting: number) => pool({ className: 'Agent', endpoint, waiting });
    const pools = decode([
      read(1_000, [agent('10.0.0.7:80', 2)]),
      read(1_000, [agent('10.0.0.7:80', 9)], 3),
      read(2_000, [agent('10.0.0.8:80', 4)]),
    ]);
    expect(
      pools.map(({ thread, endpoint, readings }) => [
        thread,
        endpoint,
        readings.map(({ waiting }) => waiting),
      ]),
    ).toEqual([
      [0, '10.0.0.7:80', [2, 0]],
      [3, '10.0.0.7:80', [9]],
      [0, '10.0.0.8:80', [0, 4]],
    ]);
  });

  test('of none are no pools', () => {
    expect(decode([])).toEqual([]);
    expect(decode([read(1_000, [])])).toEqual([]);
  });
});

describe('a watch of the thread pool', () => {
  test('is read with the places of its users', () => {
    const site = { type: 'SCRYPTREQUEST', frames: ASK, count: 4, totalMillis: 900 };
    const uses = decodeLines([
      { type: 'thread-pool', thread: 0, atMillis: 5_000, millis: 3_000, threads: 4, sites: [site] },
    ]).threadPool;
    expect(uses).toMatchObject([
      {
        thread: 0,
        atMillis: 5_000,
        millis: 3_000,
        threads: 4,
        sites: [{ type: 'SCRYPTREQUEST', count: 4, totalMillis: 900 }],
      },
    ]);
    expect(uses[0]!.sites[0]!.frames.map(({ functionName }) => functionName)).toEqual(['connect', 'handle']);
  });
});

describe('handlers', () => {
  const site = (id: number, label: string) => ({
    id,
    label,
    type: 'http.server.request',
    frames: [],
    repeats: false,
    delay: -1,
    made: 1,
    watched: 1,
    alive: 1,
    oldWatched: 1,
    oldAlive: 1,
    oldestMillis: 6_000,
  });
  const requests = (thread: number): LineOf<'async'> => ({
    type: 'async',
    thread,
    atMillis: 9_000,
    coverage: 1,
    onMillis: 9_000,
    seen: {},
    sites: [site(4, 'POST /orders'), site(5, 'GET /')],
  });
  const handler = { site: 4, name: 'createOrder', url: '/app/src/orders.js', line: 41, column: 2 };

  test('are told with the requests of their site and their thread, 1-based', () => {
    const observations = decodeLines([
      requests(0),
      requests(3),
      { type: 'handlers', thread: 0, atMillis: 9_000, handlers: [handler] },
    ]).asyncObservations;
    expect(
      observations.map(({ thread, sites }) => [thread, sites.map((each) => each.handler?.functionName)]),
    ).toEqual([
      [0, ['createOrder', undefined]],
      [3, [undefined, undefined]],
    ]);
    expect(observations[0]!.sites[0]!.handler).toMatchObject({ file: 'src/orders.js', line: 42, column: 3 });
  });

  test('with the pattern of their router make one route of kinds of requests that differ in words', () => {
    const rates = [
      'GET /rates/eurhuf',
      'GET /rates/eurusd',
      'GET /rates/eurusd/days',
      'GET /branches',
      'POST /rates/eurhuf',
    ];
    const promise = { ...site(9, ''), label: undefined, type: 'PROMISE', serving: 'GET /rates/eurusd' };
    const lines: LineOf<'async'>[] = [3_000, 9_000].map((atMillis) => ({
      ...requests(0),
      atMillis,
      sites: [
        ...rates
          .map((label, i) => ({ ...site(i + 4, label), oldDropped: 2 }))
          .slice(atMillis < 9_000 ? 1 : 0),
        promise,
      ],
    }));
    const told = { ...handler, route: '/rates/:pair' };
    const [observation] = decodeLines([
      ...lines,
      { type: 'handlers', thread: 0, atMillis: 9_000, handlers: [told] },
    ]).asyncObservations;
    expect(
      observation!.sites.map(({ type, label, serving, handler: by, reads }) => [
        label ?? type,
        serving,
        by?.functionName,
        reads.map(({ made, oldAlive, oldDropped }) => [made, oldAlive, oldDropped]),
      ]),
    ).toEqual([
      [
        'GET /rates/:pair',
        undefined,
        'createOrder',
        [
          [1, 1, 2],
          [2, 2, 4],
        ],
      ],
      [
        'GET /rates/eurusd/days',
        undefined,
        undefined,
        [
          [1, 1, 2],
          [1, 1, 2],
        ],
      ],
      [
        'GET /branches',
        undefined,
        undefined,
        [
          [1, 1, 2],
          [1, 1, 2],
        ],
      ],
      [
        'POST /rates/eurhuf',
        undefined,
        undefined,
        [
          [1, 1, 2],
          [1, 1, 2],
        ],
      ],
      [
        'PROMISE',
        'GET /rates/:pair',
        undefined,
        [
          [1, 1, undefined],
          [1, 1, undefined],
        ],
      ],
    ]);
  });

  test('of a route with one kind of requests leave it its name', () => {
    const [observation] = decodeLines([
      requests(0),
      { type: 'handlers', thread: 0, atMillis: 9_000, handlers: [{ ...handler, route: '/:what' }] },
    ]).asyncObservations;
    expect(observation!.sites.map(({ label }) => label)).toEqual(['POST /orders', 'GET /']);
  });

  test('of no site are passed over', () => {
    const [observation] = decodeLines([
      requests(0),
      { type: 'handlers', thread: 0, atMillis: 9_000, handlers: [{ ...handler, site: 77 }] },
    ]).asyncObservations;
    expect(observation!.sites.map((each) => each.handler)).toEqual([undefined, undefined]);
  });
});
