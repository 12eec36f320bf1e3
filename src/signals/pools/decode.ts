// From reads of pools to one record for each pool and destination.
import { decodeStack } from '../../model/decode/stack.ts';
import type { Pool } from '../../model/pool.ts';
import { type DecodeContext, offlineSignal } from '../offline-signal.ts';
import { type PoolsLine, poolsLine } from './wire.ts';

export const poolsSignal = offlineSignal({ pools: poolsLine }, (of, context) => ({
  pools: decodePools(of('pools'), context),
}));

/**
 * One pool for each id and destination. Reads leave out what was not in use: it counts as empty there, but only from when
 * it can have been known.
 */
function decodePools(reads: PoolsLine[], { resolver, ownUrl }: DecodeContext): Pool[] {
  const pools = new Map<string, Pool>();
  for (const { thread, atMillis, pools: raw } of reads) {
    for (const { id, className, holder, endpoint, insertions, ...reading } of raw) {
      const key = `${thread}|${id}|${endpoint ?? ''}`;
      let pool = pools.get(key);
      if (!pool) {
        pool = {
          thread,
          className,
          holder: holder && resolver.holder(holder),
          endpoint,
          readings: [],
          waiters: [],
        };
        pools.set(key, pool);
      }
      const { limit, busy, idle, waiting, lent, line } = reading;
      pool.readings.push({ atMillis, limit, busy, idle, waiting, lent, ...(line && { line }) });
      pool.waiters.push(...insertions.map((stack) => decodeStack(stack, resolver, ownUrl)));
    }
  }
  for (const pool of pools.values()) fillGaps(pool, reads);
  return [...pools.values()];
}

function fillGaps(pool: Pool, reads: PoolsLine[]): void {
  const known = new Map(pool.readings.map((reading) => [reading.atMillis, reading]));
  const { limit } = pool.readings[0]!;
  const own = reads.filter(({ thread }) => thread === pool.thread);
  let from = own.findIndex(({ atMillis }) => known.has(atMillis));
  // With more pools than a read before, it may be one of those that were found just then; lines are not counted.
  while (!pool.readings[0]!.line && from > 0 && own[from - 1]!.found >= own[from]!.found) from--;
  pool.readings = own
    .slice(from)
    .map(({ atMillis }) => known.get(atMillis) ?? { atMillis, limit, waiting: 0 });
}
