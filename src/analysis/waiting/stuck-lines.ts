// Lines in which nobody is served: the same one is the first, look after look, and behind it more and more stand in line.
// What is beside such a line and stays as it is tells what is lent out, or that a lock is taken.
import type { Pool } from '../../model/pool.ts';
import { judgeTrend, type Trend } from '../statistics/trend.ts';
import { groupWaiters, type Waiters } from './short-pools.ts';

export interface StuckLine {
  pool: Pool;
  /** The field or variable that is the line. */
  name: string;
  waiting: Trend;
  /** How long the first has been the first, milliseconds. */
  headMillis: number;
  /** Numbers and collections beside it that never changed, the largest first: [name, how many]. */
  steady: [name: string, count: number][];
  /** Who came to wait, by place, the most frequent first. */
  waiters: Waiters[];
}

const LEAST_READINGS = 5;
const LEAST_HEAD_MILLIS = 5_000;

/** The longest first. */
export function stuckLines(pools: readonly Pool[]): StuckLine[] {
  return pools.flatMap((pool) => describe(pool) ?? []).sort((a, b) => b.waiting.last - a.waiting.last);
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
  if (waiting.verdict !== 'growing') return null;
  const steady = last.line.beside.filter(([name, count]) =>
    stuck.every(({ line }) => line?.beside.some(([other, then]) => other === name && then === count)),
  );
  return {
    pool,
    name: last.line.name,
    waiting,
    headMillis: last.line.headMillis,
    steady: steady.sort((a, b) => b[1] - a[1]),
    waiters: groupWaiters(pool.waiters),
  };
}
