// Pools and agents that lend things out, and libuv's thread pool: what was read of them over time. Pure data.
import type { CollectionHolder } from './collection.ts';
import type { Frame } from './frame.ts';

export interface PoolReading {
  atMillis: number;
  /** Absent: it has none. */
  limit?: number;
  /** Lent out. */
  busy?: number;
  idle?: number;
  /** Those who wait for one. */
  waiting: number;
  /** Of what is lent out, looked at while it is short. */
  lent?: {
    /** Those with a connection that could be looked at. */
    looked: number;
    /** Nothing went over the connection for some seconds. */
    silent: number;
    longestSilentMillis: number;
    /** What an Agent's sockets are busy with: "GET /rates/#: response not read". */
    labels: [label: string, count: number][];
  };
}

/** A pool, or an Agent's part for one destination. */
export interface Pool {
  thread: number;
  className: string;
  holder?: CollectionHolder;
  /** Of an Agent: "10.0.0.7:443". */
  endpoint?: string;
  readings: PoolReading[];
  /** Where those who wait asked, innermost first, as caught while it happened. */
  waiters: Frame[][];
}

/** Who used libuv's thread pool while it was watched, in runs of a second or two. */
export interface ThreadPoolUse {
  thread: number;
  atMillis: number;
  /** How long it was watched. */
  millis: number;
  threads: number;
  sites: ThreadPoolSite[];
}

export interface ThreadPoolSite {
  /** async_hooks' name, or a native addon's own. */
  type: string;
  frames: Frame[];
  count: number;
  /** From request to callback, summed: the wait for a thread included. */
  totalMillis: number;
}
