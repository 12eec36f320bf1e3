// Pools that run dry while they are watched: nothing comes back any more, and callers wait from then on.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, type Habit } from '../support/build-observations.ts';
import { pool } from '../support/build-waiting.ts';
import { filling, type Shape } from '../support/shapes.ts';

const LIMIT = 50;
const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits))).findings;
/** Since `second` callers come and wait, up to as many as there are clients. */
const waitingSince =
  (second: number): Shape =>
  (t) =>
    t < second ? 0 : Math.min(64, 5 + (t - second) * 16);
const agent = (waiting: Shape, silent: Shape, busy: Shape = filling(17, 30, 20)) =>
  pool(waiting, { className: 'Agent', endpoint: '10.0.0.7:80', limit: LIMIT, busy, silent });

test('a pool that ran dry in the second half of the capture is exhausted', () => {
  const [finding, ...rest] = findingsOf(agent(waitingSince(17), filling(20, 50)));
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({
    kind: 'pool-exhaustion',
    title: 'The Agent for 10.0.0.7:80 is exhausted: 50 of 50 sockets in use and never returned, 64 wait',
  });
  expect(finding!.evidence[0]!.statement).toBe(
    'the median number of waiters was 64; in 100% of the samples of the last 13 s callers waited; the pool has 50 places',
  );
});

test.each([
  ['a burst of work that is being done', agent(waitingSince(17), () => 0)],
  ['a burst that came a moment ago', agent(waitingSince(27), filling(20, 50))],
  ['a burst that was worked off', agent((t) => (t > 12 && t < 24 ? 40 : 0), filling(20, 50))],
  ['a pool with free places', agent(waitingSince(17), filling(20, 50), () => 40)],
])('%s is none', (_, habit) => {
  expect(findingsOf(habit)).toEqual([]);
});
