// A service that has stopped answering, and the pool or lock behind it.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { AsyncSite } from '../../src/model/async-resource.ts';
import { asyncSite, buildObservations, change, children, type Habit } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { line, pool, silentRoute } from '../support/build-waiting.ts';
import { constant, linear, type Shape } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;

const TAKE = 'emit@node:events:500 > serve@/app/src/server.js:22 > atTheDesk@/app/src/desk.js:7';
const answered = (perSecond: number): Habit =>
  asyncSite('http.server.request', '', { label: 'GET /health', frames: [], perSecond, aliveShare: 0 });

describe('a service that has stopped answering', () => {
  test('is named with where its requests wait, whether clients wait or have gone', () => {
    for (const dropped of [0, 0.5, 1]) {
      const [finding, ...rest] = findingsOf(
        silentRoute('GET /seats', 3, dropped),
        silentRoute('POST /orders', 3, dropped),
        asyncSite('PROMISE', TAKE, { perSecond: 6 }),
      );
      expect(rest).toEqual([]);
      expect(finding).toMatchObject({ kind: 'request-pileup', severity: 'critical' });
      expect(finding!.title).toBe(
        'The service has stopped answering: 2 routes that get 100% of its requests send no answers (they wait in src/desk.js:7, atTheDesk)',
      );
      expect(finding!.subject).toMatchObject({ function: 'atTheDesk', file: 'src/desk.js', line: 7 });
    }
  });

  /** All are answered until it begins, and none that comes later. From a second on one of two is watched only. */
  const silentFrom = (label: string, beginsAt: number, thinnedAt = Number.POSITIVE_INFINITY): Habit =>
    change((o) => {
      const perSecond = 16;
      const reads = Array.from({ length: 11 }, (_, i) => i * 3).map((t) => {
        const kept = t >= thinnedAt ? 0.5 : 1;
        const made = perSecond * t;
        const alive = perSecond * Math.max(0, t - beginsAt);
        const old = perSecond * Math.max(0, t - 5);
        const oldAlive = Math.min(old, perSecond * Math.max(0, t - 5 - beginsAt));
        return {
          atMillis: t * 1_000,
          made,
          watched: made * kept,
          alive: alive * kept,
          oldWatched: old * kept,
          oldAlive: oldAlive * kept,
          oldestMillis: alive > 0 ? (t - beginsAt) * 1_000 : 0,
        };
      });
      o.asyncObservations[0]!.sites.push({
        thread: 0,
        type: 'http.server.request',
        label,
        frames: [],
        reads,
      });
    });

  test.each([
    ['in the first half of the look', [8, Number.POSITIVE_INFINITY]],
    ['where fewer of the requests are watched later', [8, 21]],
  ])('is named where it begins %s', (_, [beginsAt, thinnedAt]) => {
    const titles = findingsOf(
      silentFrom('GET /seats', beginsAt!, thinnedAt),
      silentFrom('POST /orders', beginsAt!),
    ).map(({ title }) => title);
    expect(titles).toEqual([
      'The service has stopped answering: 2 routes that get 100% of its requests send no answers',
    ]);
  });

  test('is a symptom of the pool that has run dry behind it', () => {
    const [finding, ...rest] = findingsOf(
      silentRoute('GET /seats'),
      silentRoute('POST /orders'),
      pool(linear(6, 0)),
    );
    expect([finding!.kind, rest]).toEqual(['pool-exhaustion', []]);
    expect(finding!.symptoms).toContain('2 routes that get 100% of the requests send no answers');
  });

  test.each<[string, Habit[]]>([
    ['one silent route, which may be a long poll', [silentRoute('GET /events')]],
    [
      'two silent routes among many requests that are answered',
      [silentRoute('GET /events', 1, 0), silentRoute('GET /poll', 1, 0), answered(40)],
    ],
    ['too few requests', [silentRoute('GET /seats', 0.2, 0), silentRoute('POST /orders', 0.2, 0)]],
  ])('is not seen in %s', (_, habits) => {
    expect(findingsOf(...habits).map(({ title }) => title)).toEqual([]);
  });
});

describe('a line in which nobody is served', () => {
  const SILENT = [silentRoute('GET /seats'), silentRoute('POST /orders')];

  test('explains the outage, with what is lent out beside it', () => {
    const [finding, ...rest] = findingsOf(
      ...SILENT,
      line(linear(6, 0), {
        beside: [
          ['port', 5_432],
          ['socket', 3],
          ['state', 4],
          ['tagCounter', 577],
          ['afloat', 3],
        ],
        holder: { kind: 'variable', name: 'desk', of: 'boot' } as never,
      }),
      asyncSite('PROMISE', TAKE, { perSecond: 6 }),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ kind: 'pool-exhaustion', severity: 'critical' });
    expect(finding!.title).toBe(
      'Nothing in the queue of Desk `desk` is served: 180 wait, 6/s more, the first for at least 30 s (src/desk.js:7, atTheDesk)',
    );
    expect(finding!.evidence.map(({ statement }) => statement)).toContain('in every sample `afloat` is 3');
  });

  const AFLOAT = line(linear(6, 0), { beside: [['afloat', 3]] });
  const ofChildren = (...habits: Habit[]) =>
    findingsOf(...SILENT, AFLOAT, ...habits)[0]!
      .evidence.map(({ statement }) => statement)
      .filter((statement) => statement.includes('child process'));

  test('is explained by child processes that do not end, as many as hold a place', () => {
    const [finding] = findingsOf(...SILENT, AFLOAT, children('git fetch --progress', constant(3)));
    expect(ofChildren(children('git fetch --progress', constant(3)))).toEqual([
      'meanwhile 3 child processes of `git fetch --progress` did not end for 30 s at least; as many places of the pool or queue are taken',
    ]);
    expect(finding!.advice[0]).toMatch(/^See what `git fetch --progress` waits for: a prompt/);
  });

  test.each<[string, Habit]>([
    ['they are fewer', children('node worker.js', constant(2))],
    ['they have ended', children('node worker.js', constant(3), { state: 'Z' })],
    ['they are others each time', children('git fetch', (t) => (t < 27 ? 0 : 3))],
  ])('is not explained by child processes where %s', (_, habit) => {
    expect(ofChildren(habit)).toEqual([]);
  });

  test('of an HTTP/2 session is explained by streams that are not closed; what Node counts and is set to is left out', () => {
    const [finding] = findingsOf(
      ...SILENT,
      line(linear(6, 0), {
        className: 'ClientHttp2Session',
        beside: [
          ['_eventsCount', 3],
          ['Symbol(max-ORIGIN-set-size)', 128],
          ['Symbol(type)', 1],
        ],
        holder: { kind: 'property', name: 'undefined', of: 'Socket' } as never,
      }),
    );
    expect(finding!.title).toMatch(/^Nothing in the queue of ClientHttp2Session is served: 180 wait/);
    expect(finding!.advice[0]).toContain('call `stream.close()`');
    expect(finding!.evidence.map(({ statement }) => statement).join()).not.toContain('in every sample');
  });

  test('of a class whose name a minifier has shortened is called after its package', () => {
    const waiter = `${TAKE} > schedule@/app/node_modules/limit-er/lib/index.js:30`;
    const minified = line(linear(6, 0), {
      className: 'e',
      holder: { kind: 'variable', name: 'fte', of: 'x' } as never,
      waiters: [waiter, waiter].map((at) => framesFrom(at)),
    });
    const [finding] = findingsOf(...SILENT, minified);
    expect(finding!.title).toMatch(/^Nothing in the queue of limit-er is served: 180 wait/);
    const [unknown] = findingsOf(...SILENT, line(linear(6, 0), { className: 'e' }));
    expect(unknown!.title).toMatch(/^Nothing in the queue of `\w+` is served: 180 wait/);
  });

  test('of subscribers is told as that: nobody has taken anything', () => {
    const subscribers = change((o) => {
      line(linear(6, 0), {
        className: 'Subject',
        holder: { kind: 'property', name: 'board', of: 'Rates' } as never,
      })(o);
      for (const { line: of } of o.pools.at(-1)!.readings) of!.name = 'observers';
    });
    const [finding] = findingsOf(...SILENT, subscribers);
    expect(finding!.title).toMatch(
      /^Subscribers of Subject `board` wait and none of them ends: 180, 6\/s more, the first for at least 30 s/,
    );
    expect(finding!.advice.join()).not.toMatch(/finally/);
    expect(finding!.caveats).toEqual([]);
  });

  test('explains a single silent route whose clients have gone: long polls leave the line with their clients', () => {
    const [finding, ...rest] = findingsOf(silentRoute('GET /check', 6, 1), answered(2), line(linear(6, 0)));
    expect(rest).toEqual([]);
    expect(finding!.title).toMatch(/^Nothing in the queue of Desk is served: 180 wait, 6\/s more/);
  });

  test('tells the calls without an answer that keep its places', () => {
    const asked = pool(constant(0), {
      className: 'Agent',
      endpoint: '10.0.0.7:80',
      limit: 1_000,
      busy: constant(4),
      lent: {
        looked: 4,
        silent: 4,
        longestSilentMillis: 29_000,
        labels: [['GET /geocode: no response yet', 4]],
      },
    });
    const [finding] = findingsOf(silentRoute('GET /check', 6, 1), answered(2), line(linear(6, 0)), asked);
    expect(finding!.title).toContain('Nothing in the queue of Desk is served');
    expect(finding!.evidence.map(({ statement }) => statement)).toContain(
      'meanwhile 4 requests GET /geocode to 10.0.0.7:80 had no answer for 29 s at least: whatever was acquired for their duration stays held',
    );
    expect(finding!.advice[0]).toMatch(/^Give requests to 10\.0\.0\.7:80 \(GET \/geocode\) a timeout/);
  });

  test('explains it, too, when callers have stopped coming: nobody left it, and what is lent out stayed', () => {
    const callers = (seconds: number) => (seconds < 6 ? 64 : 128);
    const beside: [string, number][] = [
      ['acquireTimeoutMillis', 60_000],
      ['_inUse', 5],
    ];
    const [finding, ...rest] = findingsOf(
      ...SILENT,
      line(callers, { beside }),
      asyncSite('PROMISE', 'emit@node:events:500 > serve@/app/src/server.js:22', { perSecond: 6 }),
      asyncSite('PROMISE', TAKE, { perSecond: 1 }),
    );
    expect(rest).toEqual([]);
    expect(finding!.title).toBe(
      'Nothing in the queue of Desk is served: 128 wait, the first for at least 30 s (src/desk.js:7, atTheDesk)',
    );
    expect(finding!.evidence.map(({ statement }) => statement)).toContain('in every sample `_inUse` is 5');
  });

  test.each<[string, Habit[]]>([
    [
      'that nobody leaves, with nothing lent out beside it',
      [...SILENT, line((seconds) => (seconds < 6 ? 64 : 128), { beside: [] })],
    ],
    ['while requests are answered: it may be anything', [line(linear(6, 0))]],
    ['where its first one changes: it is merely long', [...SILENT, line(linear(6, 0), { headSince: 29 })]],
    ['where nobody comes: they are listeners', [...SILENT, line(constant(40))]],
    ['at quite another pace than the requests', [...SILENT, line(linear(200, 0))]],
  ])('is not blamed %s', (_, habits) => {
    expect(findingsOf(...habits).filter(({ kind }) => kind === 'pool-exhaustion')).toEqual([]);
  });
});

describe('requests that hang while their clients wait with them', () => {
  const WAIT = 'emit@node:events:500 > serve@/app/src/server.js:22 > change@/app/src/wallets.js:19';
  /** `alive` of a hundred that came in the first ten seconds have no answer. */
  const stalled = (
    type: string,
    {
      alive = () => 40,
      made = (t) => Math.min(100, t * 10),
      ...site
    }: { alive?: Shape; made?: Shape } & Partial<AsyncSite>,
  ): Habit =>
    change((o) => {
      const reads = Array.from({ length: 11 }, (_, i) => i * 3).map((t) => {
        const waiting = Math.floor(Math.min(made(t), alive(t)));
        const old = Math.floor(made(Math.max(0, t - 5)));
        return {
          atMillis: t * 1_000,
          made: Math.floor(made(t)),
          watched: Math.floor(made(t)),
          alive: waiting,
          oldWatched: old,
          oldAlive: Math.min(old, waiting),
          oldestMillis: waiting > 0 ? t * 1_000 : 0,
        };
      });
      o.asyncObservations[0]!.sites.push({ thread: 0, type, frames: [], reads, ...site });
    });
  const requests = (rest: Parameters<typeof stalled>[1] = {}) =>
    stalled('http.server.request', { label: 'POST /withdraw/#', ...rest });

  test('are named with where they wait, although nothing grows any more', () => {
    const acquire = `${WAIT} > acquire@/app/node_modules/async-lock/index.js:66`;
    const [finding, ...rest] = findingsOf(
      requests(),
      stalled('PROMISE', { frames: framesFrom(acquire) }),
      stalled('PROMISE', { frames: framesFrom(WAIT) }),
      answered(2),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'request-pileup',
      severity: 'critical',
      subject: { function: 'change', file: 'src/wallets.js', line: 19 },
      impact: { metric: 'requests', unit: 'count' },
    });
    expect(finding!.title).toMatch(
      /^Requests to POST \/withdraw\/# hang: about 80 wait without an answer, the oldest for 30 s \(src\/wallets\.js:19, change, through async-lock/,
    );
    expect(finding!.advice[0]).toMatch(/^The requests wait in `acquire` of async-lock/);
  });

  test.each<[string, Parameters<typeof stalled>[1]]>([
    ['are answered one by one', { alive: (t) => 60 - t }],
    ['all wait from the beginning: a long poll', { alive: () => 95 }],
    ['are few', { alive: () => 3 }],
    ['wait for a while only', { made: (t) => Math.min(100, Math.max(0, t - 14) * 10) }],
    ['go on coming', { made: (t) => t * 4 }],
  ])('are not named where they %s', (_, rest) => {
    expect(findingsOf(requests(rest)).map(({ title }) => title)).toEqual([]);
  });
});

describe('requests that wait for what nothing can settle any more', () => {
  const requests = asyncSite('http.server.request', '', {
    label: 'POST /imports/#',
    aliveShare: 0.2,
    perSecond: 10,
    handler: framesFrom(TAKE).find(({ functionName }) => functionName === 'atTheDesk'),
  });
  const promises = (aliveShare: number) =>
    asyncSite('PROMISE', TAKE, { serving: 'POST /imports/#', perSecond: 10, aliveShare });
  const ADVICE =
    /^They wait for a callback that does not come, or for a promise that nothing can settle any more/;

  test('are told as that where none of the promises made for them stays', () => {
    const [finding, ...rest] = findingsOf(requests, promises(0));
    expect(rest).toEqual([]);
    expect(finding!.title).toBe(
      'Requests to POST /imports/# accumulate at 2/s: some are never answered (src/desk.js:7, atTheDesk)',
    );
    expect(finding!.evidence.map(({ statement }) => statement)).toContain(
      'none of the promises created while such requests came in is older than 5 s: they settled, or were garbage-collected unsettled because nothing refers to them any more',
    );
    expect(finding!.advice[0]).toMatch(ADVICE);
  });

  test.each<[string, Habit[]]>([
    ['promises stay', [requests, promises(0.1)]],
    ['no promise was made for them', [requests]],
    [
      'promises that stay at their pace tell where they wait',
      [requests, promises(0), asyncSite('PROMISE', TAKE, { perSecond: 2 })],
    ],
  ])('are not where %s', (_, habits) => {
    const [finding] = findingsOf(...habits);
    expect(finding!.kind).toBe('request-pileup');
    expect(finding!.advice.join()).not.toMatch(/nothing can settle any more/);
  });
});

describe('one route that answers nobody while others answer', () => {
  const label = 'GET /offers/#';
  const WAIT = 'emit@node:events:500 > offers@/app/src/offers.js:21';
  /** Clients give up after 10 s. */
  const silent = (dropped: number): Habit =>
    change((o) => {
      silentRoute(label, 4, dropped)(o);
      for (const read of o.asyncObservations[0]!.sites.at(-1)!.reads)
        read.oldestMillis = Math.min(read.atMillis, 9_500);
    });
  const promises = (aliveShare: number) =>
    asyncSite('PROMISE', WAIT, { perSecond: 4, aliveShare, serving: label });

  test('is named where what was begun for its clients stays after they have given up', () => {
    const [finding, ...rest] = findingsOf(silent(0.6), answered(9), promises(1));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'request-pileup',
      severity: 'critical',
      title: `No request to ${label} is answered any more, and clients give up (they wait in src/offers.js:21, offers)`,
      subject: { function: 'offers', file: 'src/offers.js', line: 21 },
    });
    expect(finding!.evidence[0]!.statement).toMatch(
      /^4\/s come in; of those watched in the later part of the capture none was answered: \d+ clients closed first, \d+ still wait, the oldest for 9\.5 s$/,
    );
  });

  test('is named, too, where its handler has read a body first, after which nothing tells whom a promise is for', () => {
    const after = asyncSite('PROMISE', 'offers@/app/src/offers.js:21', { perSecond: 3 });
    const [finding, ...rest] = findingsOf(silent(0.6), answered(9), after);
    expect(rest).toEqual([]);
    expect(finding!.title).toBe(
      `No request to ${label} is answered any more, and clients give up (they wait in src/offers.js:21, offers)`,
    );
  });

  test.each<[string, Habit[]]>([
    [
      'what stays comes at another pace',
      [silent(0.6), answered(9), asyncSite('PROMISE', 'poll@/app/src/poll.js:2', { perSecond: 20 })],
    ],
    ['a long poll lets go of what it holds when its client leaves', [silent(0.6), answered(9), promises(0)]],
    ['its clients wait with it', [silent(0), answered(9), promises(1)]],
    ['nothing is known of what it holds', [silent(0.6), answered(9)]],
  ])('is not named where %s', (_, habits) => {
    expect(findingsOf(...habits).map(({ title }) => title)).not.toContainEqual(
      expect.stringMatching(/^No request to/),
    );
  });

  describe('although one framework makes the promises of all routes', () => {
    const [SEK, NOK] = ['GET /prices/SEK', 'GET /prices/NOK'];
    const givenUp = (of: string): Habit =>
      change((o) => {
        silentRoute(of, 2, 0.6)(o);
        for (const read of o.asyncObservations[0]!.sites.at(-1)!.reads)
          read.oldestMillis = Math.min(read.atMillis, 9_500);
      });
    const served = (of: string, perSecond: number) =>
      asyncSite('http.server.request', '', { label: of, frames: [], perSecond, aliveShare: 0 });
    const FRAMEWORK = 'execute@/app/node_modules/frame-work/lib/request.js:294';
    const ofAll = (aliveShare: number) => asyncSite('PROMISE', FRAMEWORK, { perSecond: 16, aliveShare });
    const others = [served('GET /prices/USD', 3), served('GET /health', 9)];

    test('is named with the routes that differ in a value and are answered', () => {
      const [finding, ...rest] = findingsOf(givenUp(SEK), givenUp(NOK), ...others, ofAll(0.25));
      expect(rest).toEqual([]);
      expect(finding!.title).toBe(
        `No request to ${SEK} and 1 more route is answered any more, and clients give up`,
      );
      const statements = finding!.evidence.map(({ statement }) => statement);
      expect(statements).toContain(`not answered either: ${NOK}`);
      expect(statements).toContain('answered, although the path differs in only one word: GET /prices/USD');
      expect(finding!.advice[0]).toMatch(/^Whether a request is answered depends on a value in its path/);
      expect(finding!.caveats).toEqual(['The code that should answer is unknown.']);
    });

    test('is placed where one function of the program alone creates promises at that pace', () => {
      const at = 'price@/app/src/prices.js:7 > get@/app/node_modules/key-cache/lib/policy.js:11';
      const made = asyncSite('PROMISE', at, { perSecond: 7, aliveShare: 0 });
      const [finding] = findingsOf(givenUp(SEK), givenUp(NOK), ...others, ofAll(0.25), made);
      expect(finding!.title).toContain('(they wait in src/prices.js:7, price, through key-cache');
      expect(finding!.caveats).toEqual([
        'The place is inferred: it is the only one in the program that creates promises at that pace.',
      ]);
    });

    test.each<[string, Habit[]]>([
      ['fewer stay than such requests come', [ofAll(0.1)]],
      [
        'what stays comes at another pace',
        [asyncSite('PROMISE', FRAMEWORK, { perSecond: 100, aliveShare: 0.25 })],
      ],
    ])('is not named where %s', (_, habits) => {
      const titles = findingsOf(givenUp(SEK), givenUp(NOK), ...others, ...habits).map(({ title }) => title);
      expect(titles).not.toContainEqual(expect.stringMatching(/^No request to/));
    });
  });
});
