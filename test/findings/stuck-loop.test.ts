// Threads whose event loop does not turn any more: the function that most stacks are in is named, and of workers only where
// somebody waits for an answer.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  asyncSite,
  buildObservations,
  change,
  type Habit,
  heapFloor,
  KB,
  worker,
} from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { silentRoute } from '../support/build-waiting.ts';
import { linear } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;

/** Stacks of a thread, outermost first, one each second in turn; its loop noted no delay. */
const stuck = (thread: number, ...stacks: string[]): Habit =>
  change((o) => {
    for (let t = 4; t < 24; t++)
      o.stuck.push({ thread, atMillis: t * 1_000, frames: framesFrom(stacks[t % stacks.length]!) });
    for (const sample of o.runtime) if (sample.thread === thread) sample.eventLoopDelayMillis = undefined;
  });

const IMPROVE = 'improve@/app/src/planner.js:14';
const LOOP = [
  IMPROVE,
  `${IMPROVE} > distance@/app/src/planner.js:4`,
  `${IMPROVE} > swap@/app/src/planner.js:30`,
];

describe('an event loop that is held', () => {
  test('by a loop that calls one helper after another is told by the loop', () => {
    const [finding] = findingsOf(stuck(0, ...LOOP));
    expect(finding).toMatchObject({ kind: 'event-loop-block', subject: { function: 'improve' } });
  });

  test('in a package is told by the application that called it', () => {
    const at = 'read@/app/src/mail.js:9 > parse@/app/node_modules/dates/index.js:5';
    expect(findingsOf(stuck(0, at))[0]).toMatchObject({
      subject: { function: 'read' },
      title: expect.stringContaining('through dates'),
    });
  });
});

describe('worker threads that are held', () => {
  const both = [worker(1, 'worker 1'), worker(2, 'worker 2'), stuck(1, ...LOOP), stuck(2, ...LOOP)];

  test('while requests get no answer are told together, with who waits', () => {
    const [finding] = findingsOf(...both, silentRoute('POST /plans'));
    expect(finding!.title).toBe(
      '`improve` has blocked 2 worker threads for at least 20 s without a break, and requests get no answer (src/planner.js:14, improve)',
    );
    expect(finding).toMatchObject({ kind: 'event-loop-block', severity: 'critical' });
    expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
      'in 20 of 20 samples of the thread worker 1, its event loop had not advanced and this function was running',
      'in 20 of 20 samples of the thread worker 2, its event loop had not advanced and this function was running',
      'meanwhile about 3/s requests to POST /plans get no answer',
    ]);
  });

  test('explain memory that rises with those who wait', () => {
    const promises = asyncSite('PROMISE', 'emit@node:events:500 > plan@/app/src/server.js:10', {
      perSecond: 3,
      serving: 'POST /plans',
    });
    const [finding, ...rest] = findingsOf(
      ...both,
      silentRoute('POST /plans'),
      promises,
      heapFloor(linear(30 * KB)),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ subject: { function: 'improve', thread: 1 } });
  });

  test('while all are answered do what workers are for', () => {
    expect(findingsOf(...both).map(({ kind }) => kind)).not.toContain('event-loop-block');
  });

  test('and turn between two stacks are not told', () => {
    const turned = change((o) => {
      const delay = { mean: 1, p50: 1, p99: 6, max: 9 };
      for (const thread of [1, 2])
        o.runtime.push({ atMillis: 10_500, thread, afterGc: false, eventLoopDelayMillis: delay });
    });
    expect(findingsOf(...both, turned, silentRoute('POST /plans')).map(({ kind }) => kind)).not.toContain(
      'event-loop-block',
    );
  });
});
