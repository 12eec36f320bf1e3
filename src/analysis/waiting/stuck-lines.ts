// Queues in which nothing is served: the first waiter stays the same from reading to reading while the queue behind it
// grows. Fields beside such a queue that do not change show what is checked out, or that a lock is taken.
import type { Pool } from '../../model/pool.ts';
import { judgeTrend, type Trend } from '../statistics/trend.ts';
import { groupWaiters, type Waiters } from './short-pools.ts';

export interface StuckLine {
  pool: Pool;
  /** The field or variable that is the line. */
  name: string;
  waiting: Trend;
  /** It became longer at nearly every reading; others became longer once, and shorter never. */
  isGrowing: boolean;
  /** How long the first has been the first, milliseconds. */
  headMillis: number;
  /** Numbers and collections beside it that never changed, the largest first: [name, how many]. */
  steady: [name: string, count: number][];
  /** Who came to wait, by place, the most frequent first. */
  waiters: Waiters[];
}

/** Numbers of a configuration stay as they are in any case, and so do those that Node keeps of an emitter. */
const SETTING =
  /timeout|interval|millis|delay|ttl|retries|seconds|(counter|state|socket|port)$|(^|_)(min|max|limit)|(Min|Max|Limit|Ms)$|\b(min|max)-|^_events/i;
const LEAST_READINGS = 5;
const LEAST_LONGER = 4;
const LEAST_HEAD_MILLIS = 5_000;

/** The longest first. */
export function stuckLines(pools: readonly Pool[]): StuckLine[] {
  return pools.flatMap((pool) => describe(pool) ?? []).sort((a, b) => b.waiting.last - a.waiting.last);
}

/** Callers that give up waiting for answers do not ask again: the queue is long, and nothing in it is served. */
function neverShorter(readings: Pool['readings']): boolean {
  const lengths = readings.map(({ waiting }) => waiting);
  return (
    lengths.at(-1)! - lengths[0]! >= LEAST_LONGER &&
    lengths.every((length, i) => i === 0 || length >= lengths[i - 1]!)
  );
}

function describe(pool: Pool): StuckLine | null {
  const last = pool.readings.at(-1);
  if (!last?.line || pool.readings.length < LEAST_READINGS) return null;
  if (last.line.headMillis < LEAST_HEAD_MILLIS) return null;
  const since = last.atMillis - last.line.headMillis;
  const stuck = pool.readings.filter(({ atMillis }) => atMillis >= since);
  const waiting = judgeTrend(
    stuck.map(({ atMillis, waiting: value }) => ({ atMillis, value })),
    { leastPoints: LEAST_READINGS, leastRise: 3 },
  );
  const isGrowing = waiting.verdict === 'growing';
  if (!isGrowing && !neverShorter(stuck)) return null;
  const steady = last.line.beside.filter(
    ([name, count]) =>
      !SETTING.test(name) &&
      stuck.every(({ line }) => line?.beside.some(([other, then]) => other === name && then === count)),
  );
  return {
    pool,
    name: last.line.name,
    waiting,
    isGrowing,
    headMillis: last.line.headMillis,
    steady: steady.sort((a, b) => b[1] - a[1]),
    waiters: groupWaiters(pool.waiters),
  };
}
