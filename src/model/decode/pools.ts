// Decoding what was read of pools, agents and the thread pool.
import type { CollectionHolder } from '../collection.ts';
import type { Pool, PoolReading, ThreadPoolUse } from '../pool.ts';
import type { FrameResolver } from './frame-resolver.ts';
import { decodeStack, type RawStackFrame } from './samples.ts';

export interface RawPools {
  thread: number;
  atMillis: number;
  /** Pools known by then, in use or not. */
  found: number;
  pools: (Omit<PoolReading, 'atMillis'> & {
    id: number;
    className: string;
    holder?: CollectionHolder;
    endpoint?: string;
    insertions: RawStackFrame[][];
  })[];
}

/**
 * One pool for each id and destination. Reads leave out what was not in use: it counts as empty there, but only from when
 * it can have been known.
 */
export function decodePools(reads: RawPools[], resolver: FrameResolver, ownUrl: string): Pool[] {
  const pools = new Map<string, Pool>();
  for (const { thread, atMillis, pools: raw } of reads) {
    for (const { id, className, holder, endpoint, insertions, ...reading } of raw) {
      const key = `${thread}|${id}|${endpoint ?? ''}`;
      let pool = pools.get(key);
      if (!pool) {
        pool = { thread, className, holder, endpoint, readings: [], waiters: [] };
        pools.set(key, pool);
      }
      const { limit, busy, idle, waiting, lent } = reading;
      pool.readings.push({ atMillis, limit, busy, idle, waiting, lent });
      pool.waiters.push(...insertions.map((stack) => decodeStack(stack, resolver, ownUrl)));
    }
  }
  for (const pool of pools.values()) fillGaps(pool, reads);
  return [...pools.values()];
}

function fillGaps(pool: Pool, reads: RawPools[]): void {
  const known = new Map(pool.readings.map((reading) => [reading.atMillis, reading]));
  const { limit } = pool.readings[0]!;
  const own = reads.filter(({ thread }) => thread === pool.thread);
  let from = own.findIndex(({ atMillis }) => known.has(atMillis));
  // With more pools than a read before, it may be one of those that were found just then.
  while (from > 0 && own[from - 1]!.found >= own[from]!.found) from--;
  pool.readings = own
    .slice(from)
    .map(({ atMillis }) => known.get(atMillis) ?? { atMillis, limit, waiting: 0 });
}

export interface RawThreadPool {
  thread: number;
  atMillis: number;
  millis: number;
  threads: number;
  sites: { type: string; frames: RawStackFrame[]; count: number; totalMillis: number }[];
}

export function decodeThreadPool(
  reads: RawThreadPool[],
  resolver: FrameResolver,
  ownUrl: string,
): ThreadPoolUse[] {
  return reads.map(({ thread, atMillis, millis, threads, sites }) => ({
    thread,
    atMillis,
    millis,
    threads,
    sites: sites.map(({ type, frames, count, totalMillis }) => ({
      type,
      frames: decodeStack(frames, resolver, ownUrl),
      count,
      totalMillis,
    })),
  }));
}
