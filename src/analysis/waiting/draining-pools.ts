// Pools that lose connections long before anything waits: a rising number is checked out without any traffic, or is checked
// out at all times.
import type { Pool, PoolReading } from '../../model/pool.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { floorOf } from '../statistics/floor.ts';
import { judgeTrend, type Point, type Trend } from '../statistics/trend.ts';
import { groupWaiters, type Waiters } from './short-pools.ts';

export interface DrainingPool {
  pool: Pool;
  limit: number;
  /** Lent out at the last look, used or not. */
  busy: number;
  /**
   * What it is told by: connections over which nothing went for seconds; or, where no connection could be looked at, the least
   * that was checked out at any time, while no more requests came than before.
   */
  by: 'silent' | 'least';
  /** Of that, over the look. */
  lost: Trend;
  /** null where no connection could be looked at. */
  longestSilentMillis: number | null;
  /** Who took from it, by place, the most frequent first. */
  waiters: Waiters[];
}

const LEAST_READINGS = 8;
/** A connection is called silent after some seconds: in the first ones all of them look used. */
const SETTLED_MILLIS = 5_000;
/** Readings to either side of each whose least counts. */
const FLOOR_REACH = 2;
/** Fewer requests say nothing of the load. */
const LEAST_ANSWERED = 2;

/** Pools with a limit, the one that loses most first. `main` has the main thread's samples. */
export function drainingPools(pools: readonly Pool[], main: readonly RuntimeSample[]): DrainingPool[] {
  return pools
    .flatMap((pool) => describe(pool, main) ?? [])
    .sort((a, b) => b.lost.slopePerSecond - a.lost.slopePerSecond);
}

function describe(pool: Pool, main: readonly RuntimeSample[]): DrainingPool | null {
  const last = pool.readings.at(-1);
  // What an Agent's sockets wait for is told by its requests.
  if (pool.endpoint !== undefined || !last?.limit || last.busy === undefined) return null;
  const silent = silentPoints(pool.readings);
  const by = silent.length > 0 ? 'silent' : 'least';
  const points = silent.length > 0 ? silent : isSteady(main) ? leastPoints(pool.readings) : [];
  if (points.length < LEAST_READINGS || !keepsRising(points)) return null;
  return {
    pool,
    limit: last.limit,
    busy: last.busy,
    by,
    lost: judgeTrend(points, { leastPoints: LEAST_READINGS }),
    longestSilentMillis: last.lent && last.lent.looked > 0 ? last.lent.longestSilentMillis : null,
    waiters: groupWaiters(pool.waiters),
  };
}

function silentPoints(readings: readonly PoolReading[]): Point[] {
  const looked = readings.filter(({ lent }) => lent !== undefined && lent.looked > 0);
  const from = (looked[0]?.atMillis ?? 0) + SETTLED_MILLIS;
  return looked
    .filter(({ atMillis }) => atMillis >= from)
    .map(({ atMillis, lent }) => ({ atMillis, value: lent?.silent ?? 0 }));
}

/** At the ends fewer readings have a say, and the least of them is higher. */
function leastPoints(readings: readonly PoolReading[]): Point[] {
  const points = readings.map(({ atMillis, busy = 0 }) => ({ atMillis, value: busy }));
  return floorOf(points, FLOOR_REACH).slice(FLOOR_REACH, -FLOOR_REACH);
}

/** Where more and more requests come, more is checked out. */
function isSteady(main: readonly RuntimeSample[]): boolean {
  const answered = main.flatMap(({ atMillis, afterGc, requests }) =>
    afterGc || !requests ? [] : [{ atMillis, value: requests.answered }],
  );
  const all = answered.reduce((sum, { value }) => sum + value, 0);
  return all >= answered.length * LEAST_ANSWERED && judgeTrend(answered).verdict === 'flat';
}

/** In both halves, and never back: work that is merely slow ends some time; what is lost never comes back. */
function keepsRising(points: readonly Point[]): boolean {
  const counts = points.map(({ value }) => value);
  const middle = counts[Math.floor(counts.length / 2)]!;
  return (
    counts.every((count, i) => i === 0 || count >= counts[i - 1]!) &&
    middle > counts[0]! &&
    counts.at(-1)! > middle
  );
}
