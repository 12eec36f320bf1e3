// Requests that hang in a server to which no more come, because all of its clients wait: what is said of it, and what is not.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { type Coming, coming, evenly, LOOK_SECONDS } from '../support/build-coming.ts';
import { buildLook, change, type Habit } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { pool } from '../support/build-waiting.ts';

const READS_AT = [2, 5, 8, 11, 14, 17, 20];

/** So many wait from a time on; those that came in before that were answered. */
const hanging = (label: string, count: number, { from = 0, answered = 0 } = {}): Habit =>
  change((o) => {
    const reads = READS_AT.map((now) => {
      const first = READS_AT.find((at) => at >= from)!;
      const seconds = now - first;
      return {
        atMillis: now * 1_000,
        open: now >= from ? count : 0,
        lasting: seconds >= 8 ? count : 0,
        oldestMillis: Math.max(0, seconds) * 1_000,
        answered: answered * now,
        left: 0,
      };
    });
    const [handler] = framesFrom('onOrder@/app/src/orders.js:9');
    o.openRequests = [{ thread: 0, label, reads, handler: handler! }];
  });
const answers = (each: number): Habit =>
  change((o) => {
    for (const sample of o.runtime) sample.requests = { answered: each, failed: 0 };
  });
const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(LOOK_SECONDS, ...habits)));

describe('a full pool', () => {
  const full = (from: number): Habit =>
    pool((seconds) => (seconds >= from ? 200 : 0), { className: 'Pool', limit: 10, busy: () => 10 });

  test.each([
    ['from before the capture', 0, 'in 100% of the samples callers waited'],
    ['since its middle', 8, 'in 100% of the samples of the last 12 s callers waited'],
  ])('whose callers hang %s is exhausted', (_, from, often) => {
    const { findings } = judged(full(from), hanging('GET /order', 190, { from }), answers(0));
    expect(findings[0]).toMatchObject({
      kind: 'pool-exhaustion',
      subject: { file: 'src/orders.js', line: 9 },
      title: expect.stringMatching(
        / is exhausted: 10 of 10 checked out, 200 wait \(src\/orders\.js:9, onOrder\)$/,
      ),
    });
    const said = findings[0]!.evidence.map(({ statement }) => statement);
    expect(said[0]).toContain(often);
    expect(said[1]).toMatch(
      /^190 requests to GET \/order had no answer at the end of the capture, the oldest for /,
    );
  });

  test('that the program has written itself is asked by whoever called its method', () => {
    const asked = 'onOrder@/app/src/orders.js:17 > order@/app/src/orders.js:11 > acquire@/app/src/pool.js:5';
    for (const adds of ['', ' > Promise > (anonymous)@/app/src/pool.js:5']) {
      const waiters = [`${asked}${adds}`];
      const own = pool(() => 200, { className: 'Pool', limit: 10, busy: () => 10, waiters });
      expect(judged(own, hanging('GET /order', 190), answers(0)).findings[0]).toMatchObject({
        subject: { function: 'order', file: 'src/orders.js', line: 11 },
      });
    }
  });

  test('is not where requests are answered meanwhile, or hardly any hang', () => {
    expect(judged(full(8), hanging('GET /order', 190, { from: 8, answered: 3 })).findings).toEqual([]);
    expect(judged(full(8), hanging('GET /order', 20, { from: 8 })).findings).toEqual([]);
  });
});

describe('a server that answers nothing', () => {
  test('is told with what its clients wait for', () => {
    const { findings } = judged(hanging('GET /order', 40), answers(0));
    expect(findings).toMatchObject([
      {
        kind: 'request-pileup',
        severity: 'critical',
        title: 'No request is answered: 40 wait (GET /order), answered by src/orders.js:9, onOrder',
      },
    ]);
  });

  test('is not told where each of them has a timer that ends it: those are long polls', () => {
    const timed = change((o) => {
      for (const sample of o.runtime) sample.resources = { ...sample.resources, Timeout: 41 };
    });
    const { findings, verdictReason } = judged(hanging('GET /events', 40), answers(0), timed);
    expect(findings).toEqual([]);
    expect(verdictReason).toContain('40 requests to GET /events ');
  });

  test('to a few is not idle, nor told as hanging', () => {
    const quiet = change((o) => {
      o.cpuProfiles = [];
      for (const sample of o.passive) sample.cpuMicros = 0;
    });
    const { verdict, verdictReason } = judged(hanging('GET /order', 6), answers(0), quiet);
    expect(verdict).toBe('too-little-data');
    expect(verdictReason).toMatch(
      /^It answered no request in 20 s, but is not idle: 6 requests to GET \/order /,
    );
  });

  test('is another than one whose long polls hang beside what it answers: that is healthy, and says so', () => {
    const { verdict, verdictReason } = judged(hanging('GET /events', 40), answers(20));
    expect(verdict).toBe('healthy');
    expect(verdictReason).toContain(
      ' 40 requests to GET /events (answered by src/orders.js:9, onOrder) had no answer at the end of the capture, for 18 s or longer, and none of those that were open was answered in the last 8 s: these are long polls, or they hang.',
    );
  });
});

describe('a route whose clients all give up', () => {
  const gaveUp = (answered: number): Habit[] => {
    const all: Coming = { arrivals: evenly(10), answeredAt: (t) => t + 3 };
    return [
      coming(
        'http.server.request',
        { arrivals: evenly(10), answeredAt: (t) => t + 0.002 },
        { label: 'GET /health' },
      ),
      coming('http.server.request', all, { label: 'GET /order' }),
      change((o) => {
        for (const read of o.asyncObservations[0]!.sites.at(-1)!.reads)
          read.oldDropped = Math.max(0, read.oldWatched - answered);
      }),
    ];
  };

  test('without one answer is told in the verdict: it may be a long poll', () => {
    const { verdict, verdictReason } = judged(...gaveUp(0));
    expect(verdict).toBe('healthy');
    expect(verdictReason).toContain(
      ' No request to GET /order was answered: all of their clients left first, after at most 2.9 s. These are long polls, or they hang.',
    );
  });

  test('is not said of one that answered some', () => {
    expect(judged(...gaveUp(30)).verdictReason).not.toContain('was answered');
  });
});
