// Requests that wait together for one thing that they share, and are answered all at once.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { type Coming, evenly, LOOK_SECONDS, promises, requests } from '../support/build-coming.ts';
import { buildLook, change, type Habit } from '../support/build-observations.ts';

/** Every `period` seconds all are let go. */
const together =
  (period: number) =>
  (t: number): number =>
    (Math.floor(t / period) + 1) * period;

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(LOOK_SECONDS, ...habits))).findings;

const HANDLER = 'parserOnIncoming@node:_http_server:1138 > (anonymous)@/app/src/server.js:22';
const CALL = 'send@/app/node_modules/redis/lib/commander.js:8';
const HELD: Coming = { arrivals: evenly(12), answeredAt: together(4) };
const FREE: Coming = { arrivals: evenly(10), answeredAt: (t) => t + 0.002 };

describe('requests that are held up together', () => {
  const CASE = [
    requests('GET /carts/#', HELD),
    requests('GET /about', FREE),
    promises(`${HANDLER} > cartOf@/app/src/carts.js:17`, HELD),
    promises(`${HANDLER} > cartOf@/app/src/carts.js:17 > ${CALL}`, HELD),
    promises(
      `processTicksAndRejections@node:internal/process/task_queues:95 > mailLoop@/app/src/mail.js:5 > ${CALL}`,
      {
        arrivals: [0, 4, 8, 12, 16],
        answeredAt: (t) => t + 4,
      },
    ),
  ];

  test('are named with where they wait and with the call that may hold them up', () => {
    const [finding, ...rest] = findingsOf(...CASE);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'request-pileup',
      severity: 'warning',
      subject: { function: 'cartOf', file: 'src/carts.js', line: 17 },
      impact: { metric: 'requests', unit: 'ms' },
    });
    expect(finding!.title).toBe(
      'Requests to GET /carts/# are held up together for up to 3 s and then answered all at once (they wait in src/carts.js:17, cartOf, through redis (node_modules/redis/lib/commander.js:8, send))',
    );
    expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
      '5 times all waiting requests were answered between one reading and the next (at most 36 of one route); before that none was, although more kept arriving',
      'GET /carts/#: 12/s, about 1.3 s from arrival to the beginning of the answer on average',
      'promises created in src/carts.js:17, cartOf, through redis (node_modules/redis/lib/commander.js:8, send) take 1.3 s on average to settle',
      'calls of redis in src/mail.js:5, mailLoop take 4.4 s on average, at only 0.25/s',
    ]);
    expect(finding!.advice[0]).toMatch(
      /^See what src\/mail\.js:5, mailLoop asks for: a call that waits on purpose/,
    );
  });

  test('are named where several routes are let go at the same times, wherever they wait', () => {
    const [finding, ...rest] = findingsOf(
      requests('GET /carts/#', HELD),
      requests('POST /orders', { ...HELD, arrivals: evenly(1) }),
    );
    expect(rest).toEqual([]);
    expect(finding!.title).toBe(
      'Requests to GET /carts/# and POST /orders are held up together for up to 3 s and then answered all at once',
    );
    expect(finding!.caveats).toEqual(['The line where the requests wait is unknown.']);
  });

  const waitIn = (frames: string, of: Coming) => [requests('GET /carts/#', of), promises(frames, of)];
  const inPackage = `${HANDLER} > cartOf@/app/src/carts.js:17 > ${CALL}`;
  test.each<[string, Habit[]]>([
    ['each takes equally long', waitIn(inPackage, { ...HELD, answeredAt: (t) => t + 2 })],
    [
      'each takes its own time',
      waitIn(inPackage, { ...HELD, answeredAt: (t) => t + 0.2 + 3 * ((t * 7.31) % 1) }),
    ],
    ['it happens once', waitIn(inPackage, { ...HELD, answeredAt: (t) => (t < 6 ? 6.5 : t + 0.01) })],
    ['they wait for less than a second', waitIn(inPackage, { ...HELD, answeredAt: together(0.5) })],
    [
      'their clients come again right after the answer: long polls',
      waitIn(inPackage, {
        arrivals: [0, 4, 8, 12, 16].flatMap((t) => Array.from({ length: 40 }, (_, i) => t + i * 0.001)),
        answeredAt: together(4),
      }),
    ],
    [
      'one route waits for what the program itself tells it: long polls',
      waitIn(`${HANDLER} > poll@/app/src/carts.js:17`, HELD),
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
