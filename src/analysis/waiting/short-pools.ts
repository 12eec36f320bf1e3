// Pools that are too small for their load: how long they are full, how many callers wait, and which code asks.
import type { Frame } from '../../model/frame.ts';
import type { Pool, PoolReading } from '../../model/pool.ts';
import { type Blame, blame } from '../cpu/blame/blame.ts';
import { median } from '../statistics/median.ts';
import { judgeTrend, type Trend } from '../statistics/trend.ts';
import type { HangingRequests } from './hanging-requests.ts';

export interface ShortPool {
  pool: Pool;
  limit: number;
  waiting: Trend;
  medianWaiting: number;
  /** The share of readings in which callers waited, 0..1. */
  waitingShare: number;
  /**
   * It ran dry during the capture, and nothing moves in it: since then callers wait at every reading, to the end, and only those
   * readings count. Else null.
   */
  dryMillis: number | null;
  /** The last reading of what is checked out; null when it could not be examined. */
  lent: NonNullable<PoolReading['lent']> | null;
  /** Of what is checked out, the share whose connection carried no data for seconds; null when unknown. */
  silentShare: number | null;
  /** Requests of clients that have hung for long, about as many as wait for the pool; null where there are none. */
  hanging: HangingRequests | null;
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
/** A burst that fills a pool is over sooner. */
const LEAST_DRY_MILLIS = 5_000;
const NOTHING_MOVES = 0.9;
/** Of those that wait: requests may come to wait in the last seconds, too, or a request may need several things. */
const HANGING_SHARE = 0.5;

/** Pools with a limit in which callers wait most of the time, the longest queue first. */
export function shortPools(pools: readonly Pool[], hanging: readonly HangingRequests[] = []): ShortPool[] {
  return pools
    .flatMap(
      (pool) =>
        describePool(
          pool,
          hanging.filter(({ thread }) => thread === pool.thread),
        ) ?? [],
    )
    .filter(({ waitingShare }) => waitingShare >= USUALLY)
    .sort((a, b) => b.waiting.last - a.waiting.last);
}

function describePool(pool: Pool, hanging: readonly HangingRequests[]): ShortPool | null {
  const limit = pool.readings.findLast((reading) => reading.limit !== undefined)?.limit;
  if (limit === undefined || pool.readings.length < LEAST_READINGS) return null;
  const lent = pool.readings.findLast((reading) => reading.lent)?.lent ?? null;
  const silentShare = lent && lent.looked > 0 ? lent.silent / lent.looked : null;
  const [first = null] = hanging;
  const hang = hanging.reduce((sum, { lasting }) => sum + lasting, 0);
  const waitingNow = pool.readings.at(-1)!.waiting;
  const hangs = waitingNow > 0 && hang >= waitingNow * HANGING_SHARE ? first : null;
  const isStuck =
    hangs !== null || ((silentShare ?? 0) >= NOTHING_MOVES && shareWaiting(pool.readings) < USUALLY);
  const dry = isStuck ? sinceDry(pool.readings) : null;
  const readings = dry ?? pool.readings;
  const waiting = readings.map((reading) => reading.waiting);
  return {
    pool,
    limit,
    waiting: judgeTrend(
      readings.map(({ atMillis, waiting: value }) => ({ atMillis, value })),
      { leastPoints: LEAST_READINGS, leastRise: 3 },
    ),
    medianWaiting: median(waiting)!,
    waitingShare: shareWaiting(readings),
    dryMillis: dry && dry.at(-1)!.atMillis - dry[0]!.atMillis,
    lent,
    silentShare,
    hanging: hangs,
    waiters: groupWaiters(pool.waiters),
  };
}

const shareWaiting = (readings: readonly PoolReading[]): number =>
  readings.filter(({ waiting }) => waiting > 0).length / readings.length;

/** The readings from when it ran dry; null where callers waited from the start, or did not wait to the end. */
function sinceDry(readings: readonly PoolReading[]): PoolReading[] | null {
  const tail = readings.slice(readings.findLastIndex(({ waiting }) => waiting === 0) + 1);
  if (tail.length === readings.length) return null;
  const [first, last] = [tail[0], tail.at(-1)];
  const isLong = first !== undefined && last!.atMillis - first.atMillis >= LEAST_DRY_MILLIS;
  return isLong && tail.length >= LEAST_READINGS ? tail : null;
}

/** By place, the most frequent first; stacks without code of the program or a library are left out. */
export function groupWaiters(stacks: readonly Frame[][]): Waiters[] {
  const groups = new Map<string, Waiters>();
  for (const stack of stacks) {
    const frames = outsidePool(stack);
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

/** Names of what takes something out, to be given back by whoever called it; for a query, the pool itself gives it back. */
const TAKES =
  /^(get|take|acquire|connect|checkout|check_out|borrow|reserve|lease|lock|obtain|use|begin|transaction|start)/i;

export const isTaking = (name: string): boolean => TAKES.test(name);

/** A pool that the program has written itself adds to its own queue: who called it is meant, where that is on the stack. */
function outsidePool(frames: Frame[]): Frame[] {
  const adding = frames.findIndex(({ owner }) => owner === 'app' || owner === 'library');
  if (frames[adding]?.owner !== 'app') return frames;
  // The executor of a promise is part of the function that makes it.
  const own = frames[adding + 1]?.functionName === 'Promise' ? adding + 2 : adding;
  const called = frames[own];
  if (called?.owner !== 'app' || !isTaking(called.functionName.split('.').at(-1)!)) return frames;
  const outer = frames.slice(own + 1);
  const caller = outer.find(({ owner }) => owner === 'app' || owner === 'library');
  return caller?.owner === 'app' ? outer : frames;
}
