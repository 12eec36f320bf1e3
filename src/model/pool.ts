// Pools and agents of connections or other items, and libuv's thread pool: what was read of them over time. Pure data.
import type { PoolRead } from '../signals/pools/wire.ts';
import type { Frame } from './frame.ts';
import type { CollectionHolder } from './memory/collection.ts';

/** How much of a pool was in use at one moment. */
export type PoolReading = { atMillis: number } & Pick<
  PoolRead,
  'limit' | 'busy' | 'idle' | 'waiting' | 'lent' | 'line'
>;

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
  /** How often they were sent to a thread. Absent: once each. */
  steps?: number;
  /** From request to callback, summed: the wait for a thread included. */
  totalMillis: number;
  /** On a thread, summed, as far as the line of those who wait was followed; absent in old recordings. */
  busyMillis?: number;
}
