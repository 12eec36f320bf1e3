// Requests that fail only after seconds, when a timeout ends the wait for something that does not come; and the timers that
// requests wait for.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { type Coming, coming, evenly, LOOK_SECONDS, promises, requests } from '../support/build-coming.ts';
import { buildLook, change, type Habit } from '../support/build-observations.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(LOOK_SECONDS, ...habits))).findings;

const HANDLER = 'parserOnIncoming@node:_http_server:1138 > (anonymous)@/app/src/orders.js:9';
const LATEST = `${HANDLER} > latestOrders@/app/src/orders.js:4`;
const EXEC = 'latestOrders@/app/src/orders.js:5 > exec@/app/node_modules/mongoose/lib/query.js:4438';
const SLOW: Coming = { arrivals: evenly(10), answeredAt: (t) => t + 6 };
const QUICK: Coming = { arrivals: evenly(10), answeredAt: (t) => t + 0.002 };

/** Those that came at these times and were answered with an error after so long. */
const failures = (label: string, { arrivals, answeredAt }: Coming) =>
  coming('http.server.failure', { arrivals: arrivals.map(answeredAt), answeredAt: (t) => t }, { label });
const timers = (delayMillis: number, of: Coming, frames = EXEC) =>
  coming('Timeout', of, { frames, delayMillis, isRepeating: false });

const ROUTE = 'GET /orders/#';
const CASE = [
  requests(ROUTE, SLOW),
  failures(ROUTE, SLOW),
  requests('GET /health', QUICK),
  promises(LATEST, SLOW),
  timers(6_000, SLOW),
];

describe('requests that fail late', () => {
  test('are named with where they wait, the timers that end the wait and the package that sets them', () => {
    const [finding, ...rest] = findingsOf(...CASE);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'request-pileup',
      severity: 'critical',
      confidence: 0.85,
      subject: { function: 'latestOrders', file: 'src/orders.js', line: 4 },
      impact: { metric: 'requests', unit: 'ms' },
      caveats: [],
    });
    expect(finding!.title).toBe(
      'Requests to GET /orders/# fail after up to 6 s: what they wait for does not come (they wait in src/orders.js:4, latestOrders)',
    );
    expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
      '100% of the answers have a status of 500 or more and come after 1.5 s or more (7/s); from arrival to the beginning of the answer it takes 4.8 s on average',
      'about as many timers of 6 s are set in src/orders.js:5, latestOrders, through mongoose (node_modules/mongoose/lib/query.js:4438, exec): the wait ends when such a timer does',
      'promises created in src/orders.js:4, latestOrders take 4.8 s on average to settle',
    ]);
    expect(finding!.advice[0]).toMatch(/^Find out why mongoose does not get what it waits for/);
  });

  test('are named without a place where none is seen', () => {
    const [finding, ...rest] = findingsOf(requests(ROUTE, SLOW), failures(ROUTE, SLOW));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      confidence: 0.7,
      caveats: ['The line where the requests wait is unknown.'],
    });
    expect(finding!.title).toBe(
      'Requests to GET /orders/# fail after up to 6 s: what they wait for does not come',
    );
  });

  test('are named where they are a part of all', () => {
    const some = { ...SLOW, arrivals: evenly(2) };
    const [finding] = findingsOf(requests(ROUTE, SLOW), failures(ROUTE, some));
    expect(finding!.evidence[0]!.statement).toMatch(/^20% of the answers have a status of 500 or more/);
  });

  test.each<[string, Habit[]]>([
    [
      'all are answered well, however late: long polls',
      [requests(ROUTE, SLOW), promises(LATEST, SLOW), timers(6_000, SLOW)],
    ],
    [
      'hardly one of them fails',
      [requests(ROUTE, SLOW), failures(ROUTE, { ...SLOW, arrivals: [1, 2, 3, 4, 5, 6] })],
    ],
    [
      'few were seen',
      [requests(ROUTE, { ...SLOW, arrivals: [1, 5, 9] }), failures(ROUTE, { ...SLOW, arrivals: [1, 5, 9] })],
    ],
    [
      'they give up after 2 s and are few of all: the program limits what it waits for',
      [
        requests(ROUTE, { arrivals: evenly(1), answeredAt: (t) => t + 2 }),
        failures(ROUTE, { arrivals: evenly(1), answeredAt: (t) => t + 2 }),
        requests('GET /cart', QUICK),
      ],
    ],
    [
      'the loop was late by as much',
      [
        ...CASE,
        change((o) => {
          for (const sample of o.runtime)
            sample.eventLoopDelayMillis = { mean: 300, p50: 20, p99: 2_500, max: 3_000 };
        }),
      ],
    ],
  ])('are not named where %s', (_, habits) => {
    expect(findingsOf(...habits).filter(({ kind }) => kind === 'request-pileup')).toEqual([]);
  });
});

describe('requests that wait for a timer', () => {
  const NEVER: Coming = { arrivals: evenly(4), answeredAt: () => Infinity };
  const SOME_HANG = [
    coming(
      'http.server.request',
      { arrivals: evenly(8), answeredAt: (t) => (Math.round(t * 8) % 2 ? Infinity : t + 0.1) },
      { label: ROUTE },
    ),
    promises(LATEST, NEVER),
  ];
  const said = (finding: { evidence: { statement: string }[] }) =>
    finding.evidence.flatMap(({ statement }) => (statement.includes('timers') ? [statement] : []));

  test('that fires after they were seen are told its length and who sets it', () => {
    const [finding] = findingsOf(...SOME_HANG, timers(900_000, NEVER));
    expect(finding!.kind).toBe('request-pileup');
    expect(said(finding!)).toEqual([
      'about as many timers of 15 min are set in src/orders.js:5, latestOrders, through mongoose (node_modules/mongoose/lib/query.js:4438, exec): what they wait for may be the end of such a timer',
    ]);
    expect(finding!.advice.some((text) => text.includes('`Retry-After`'))).toBe(true);
  });

  test.each<[string, Habit]>([
    ['repeats', coming('Timeout', NEVER, { frames: EXEC, delayMillis: 900_000, isRepeating: true })],
    ['should have fired since', timers(9_000, NEVER)],
    ['is set far more often', timers(900_000, { ...NEVER, arrivals: evenly(40) })],
    ['is gone', timers(900_000, { ...NEVER, answeredAt: (t) => t + 0.001 })],
    ['is only Node’s own', timers(900_000, NEVER, 'connectionListener@node:_http_server:500')],
  ])('are not told of one that %s', (_, habit) => {
    expect(said(findingsOf(...SOME_HANG, habit)[0]!)).toEqual([]);
  });
});
