// Habits of programs whose work waits: pools, requests without an answer, the thread pool, lookups.
import type { Observations } from '../../src/model/observations.ts';
import type { Pool, PoolReading } from '../../src/model/pool.ts';
import type { Habit } from './build-observations.ts';
import { framesFrom } from './build-profile.ts';
import type { Shape } from './shapes.ts';

interface PoolHabit extends Partial<Pick<Pool, 'className' | 'holder' | 'endpoint'>> {
  limit?: number;
  busy?: Shape;
  /** Where those who wait ask. */
  waiters?: string[];
  lent?: PoolReading['lent'];
  /** Of connections that are lent out, how many are silent; instead of `lent`. */
  silent?: Shape;
}

/** A pool in which `waiting` wait. */
export function pool(
  waiting: Shape,
  { limit = 10, busy = () => limit, waiters = [], lent, silent, ...rest }: PoolHabit = {},
): Habit {
  return (observations) => {
    const readings = observations.passive.map(({ atMillis }) => {
      const t = atMillis / 1_000;
      return {
        atMillis,
        limit,
        busy: Math.floor(busy(t)),
        waiting: Math.max(0, Math.floor(waiting(t))),
        lent: silent ? silentOf(Math.floor(silent(t)), Math.floor(busy(t)), t) : lent,
      };
    });
    observations.pools.push({
      thread: 0,
      className: 'Pool',
      ...rest,
      readings,
      waiters: waiters.map((at) => framesFrom(at)),
    });
  };
}

function silentOf(silent: number, looked: number, seconds: number): PoolReading['lent'] {
  return { looked, silent, longestSilentMillis: seconds * 1_000, labels: [] };
}

/** A line known by its behaviour, in which `waiting` stand; the first has stood there since the second given. */
export function line(
  waiting: Shape,
  {
    headSince = 0,
    beside = [],
    ...rest
  }: { headSince?: number; beside?: [string, number][] } & Partial<Pool> = {},
): Habit {
  return (observations) => {
    const readings = observations.passive.map(({ atMillis }) => ({
      atMillis,
      waiting: Math.max(0, Math.floor(waiting(atMillis / 1_000))),
      line: { name: 'queue', headMillis: Math.max(0, atMillis - headSince * 1_000), beside },
    }));
    observations.pools.push({ thread: 0, className: 'Desk', readings, waiters: [], ...rest });
  };
}

/** A route whose requests are never answered: they wait, or their clients go away first. */
export function silentRoute(label: string, perSecond = 3, dropped = 0.5): Habit {
  return (observations) => {
    const reads = observations.passive
      .filter((_, i) => i % 3 === 0)
      .map(({ atMillis }) => {
        const old = Math.floor((perSecond * Math.max(0, atMillis - 5_000)) / 2_000);
        const made = Math.floor((perSecond * atMillis) / 2_000);
        const oldDropped = Math.round(old * dropped);
        const alive = made - oldDropped;
        return {
          atMillis,
          made,
          watched: made,
          alive,
          oldWatched: old,
          oldAlive: old - oldDropped,
          oldDropped,
          oldestMillis: dropped === 1 ? 4_000 : atMillis,
        };
      });
    observations.asyncObservations[0]!.sites.push({
      thread: 0,
      type: 'http.server.request',
      label,
      frames: [],
      reads,
    });
  };
}

const runtimeOf = ({ runtime }: Observations) => runtime.filter(({ afterGc }) => !afterGc);

/** Trivial operations wait this long for a thread, `millis` by second. */
export function poolWaits(millis: Shape): Habit {
  return (observations) => {
    for (const sample of runtimeOf(observations)) {
      const wait = millis(sample.atMillis / 1_000);
      sample.poolWaitsMillis = [wait, wait * 0.9];
    }
  };
}

/** Nothing comes back from this second on: one trivial operation waits, and is told at each sample. */
export function poolStuck(since: number): Habit {
  return (observations) => {
    for (const sample of runtimeOf(observations)) {
      const millis = sample.atMillis - since * 1_000;
      sample.poolWaitsMillis = millis > 0 ? [millis] : [0.3, 0.2];
    }
  };
}

/** Watched for 2 s: `perSecond` operations of each, `meanMillis` from request to callback, `busyMillis` on a thread, in so many `steps` each. */
export function poolUsers(
  ...users: [
    type: string,
    at: string,
    perSecond: number,
    meanMillis: number,
    busyMillis?: number,
    steps?: number,
  ][]
): Habit {
  return poolUsersAt(8, ...users);
}

/** The same, watched until this second. */
export function poolUsersAt(
  second: number,
  ...users: [
    type: string,
    at: string,
    perSecond: number,
    meanMillis: number,
    busyMillis?: number,
    steps?: number,
  ][]
): Habit {
  return (observations) => {
    observations.threadPool.push({
      thread: 0,
      atMillis: second * 1_000,
      millis: 2_000,
      threads: 4,
      sites: users.map(([type, at, perSecond, meanMillis, busyMillis, steps]) => ({
        type,
        frames: framesFrom(at),
        count: perSecond * 2,
        ...(steps !== undefined && { steps: perSecond * 2 * steps }),
        totalMillis: perSecond * 2 * meanMillis,
        ...(busyMillis !== undefined && { busyMillis: perSecond * 2 * busyMillis }),
      })),
    });
  };
}

export function lookups(name: string, perSecond: number, millis: number, call = 'lookup'): Habit {
  return (observations) => {
    for (const sample of runtimeOf(observations))
      sample.lookups!.push({
        name,
        call,
        count: perSecond,
        totalMillis: perSecond * millis,
        longestMillis: millis * 1.5,
      });
  };
}

/** One slow lookup, at this second. */
export function firstLookup(name: string, second: number): Habit {
  return (observations) => {
    const sample = runtimeOf(observations)[second]!;
    sample.lookups!.push({ name, call: 'lookup', count: 1, totalMillis: 600, longestMillis: 600 });
  };
}
