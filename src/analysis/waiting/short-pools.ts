// Pools that are too small for their load: how long they are full, how many callers wait, and which code asks.
import type { Frame } from '../../model/frame.ts';
import type { Pool, PoolReading } from '../../model/pool.ts';
import { type Blame, blame } from '../cpu/blame/blame.ts';
import { median } from '../statistics/median.ts';
import { judgeTrend, type Trend } from '../statistics/trend.ts';

export interface ShortPool {
  pool: Pool;
  limit: number;
  waiting: Trend;
  medianWaiting: number;
  /** The share of readings in which callers waited, 0..1. */
  waitingShare: number;
  /** The last reading of what is checked out; null when it could not be examined. */
  lent: NonNullable<PoolReading['lent']> | null;
  /** Of what is checked out, the share whose connection carried no data for seconds; null when unknown. */
  silentShare: number | null;
  /** Who came to wait, by place, the most frequent first. */
  waiters: Waiters[];
}

export interface Waiters {
  blame: Blame;
  frames: Frame[];
  count: number;
}

const LEAST_READINGS = 6;
const USUALLY = 0.6;

/** Pools with a limit in which callers wait most of the time, the longest queue first. */
export function shortPools(pools: readonly Pool[]): ShortPool[] {
  return pools
    .flatMap((pool) => describePool(pool) ?? [])
    .filter(({ waitingShare }) => waitingShare >= USUALLY)
    .sort((a, b) => b.waiting.last - a.waiting.last);
}

function describePool(pool: Pool): ShortPool | null {
  const limit = pool.readings.findLast((reading) => reading.limit !== undefined)?.limit;
  if (limit === undefined || pool.readings.length < LEAST_READINGS) return null;
  const waiting = pool.readings.map((reading) => reading.waiting);
  const lent = pool.readings.findLast((reading) => reading.lent)?.lent ?? null;
  return {
    pool,
    limit,
    waiting: judgeTrend(
      pool.readings.map(({ atMillis, waiting: value }) => ({ atMillis, value })),
      { leastPoints: LEAST_READINGS, leastRise: 3 },
    ),
    medianWaiting: median(waiting)!,
    waitingShare: waiting.filter((count) => count > 0).length / waiting.length,
    lent,
    silentShare: lent && lent.looked > 0 ? lent.silent / lent.looked : null,
    waiters: groupWaiters(pool.waiters),
  };
}

/** By place, the most frequent first; stacks without code of the program or a library are left out. */
export function groupWaiters(stacks: readonly Frame[][]): Waiters[] {
  const groups = new Map<string, Waiters>();
  for (const frames of stacks) {
    const culprit = blame(frames, 'of calls');
    const { subject, library } = culprit;
    if (!subject) continue;
    const key = `${subject.file}:${subject.line}|${library?.functionName ?? ''}`;
    const known = groups.get(key);
    if (known) known.count++;
    else groups.set(key, { blame: culprit, frames, count: 1 });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
