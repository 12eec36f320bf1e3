// Pools as pictures: how many connections are checked out and what they are busy with, how many callers wait, and where
// those asked.

import type { Finding } from '../../model/finding.ts';
import type { Pool } from '../../model/pool.ts';
import { PICTURE_BOUNDS, type PoolPicture } from '../../model/report/pictures.ts';
import type { Facts } from '../facts.ts';
import { shortPools } from '../waiting/short-pools.ts';
import { placeOf } from './growth.ts';
import { thin } from './points.ts';

const MOST_LABELS = 8;

/**
 * The longest queue first; those that nobody used are left out. What has neither a limit nor a count of what is lent out is a list
 * that may be no pool at all: it is drawn where a finding is about one of its class.
 */
export function drawPools({ observations: { pools } }: Facts, findings: readonly Finding[]): PoolPicture[] {
  const most = (pool: Pool) => Math.max(...pool.readings.map(({ waiting }) => waiting));
  const named = new Set(findings.flatMap(({ subject }) => (subject.type === 'pool' ? subject.name : [])));
  const isPool = ({ className, readings }: Pool) =>
    named.has(className) || readings.some(({ busy, limit }) => busy !== undefined || limit !== undefined);
  return pools
    .filter((pool) => isPool(pool))
    .filter(({ readings }) => readings.some(({ busy = 0, waiting }) => busy > 0 || waiting > 0))
    .toSorted((a, b) => most(b) - most(a))
    .slice(0, PICTURE_BOUNDS.pools)
    .map(drawPool);
}

function drawPool(pool: Pool): PoolPicture {
  const { className, holder, endpoint = null, readings } = pool;
  const waiting = thin(
    readings.map(({ atMillis, waiting }) => [atMillis, waiting]),
    PICTURE_BOUNDS.growthPoints,
  );
  const busyAt = new Map(readings.map(({ atMillis, busy = -1 }) => [Math.round(atMillis), busy]));
  const lent = readings.findLast((reading) => reading.lent)?.lent;
  const [short] = shortPools([pool]);
  const name = holder?.name ? `${className} \`${holder.name}\`` : className;
  return {
    name: name || 'a pool',
    endpoint,
    limit: readings.findLast(({ limit }) => limit !== undefined)?.limit ?? null,
    readings: waiting.map(([atMillis, value]) => [atMillis, busyAt.get(atMillis) ?? -1, value]),
    holders: (lent?.labels ?? []).slice(0, MOST_LABELS).map(([label, count]) => ({ label, count })),
    silent:
      lent && lent.looked > 0
        ? { count: lent.silent, of: lent.looked, longestMillis: lent.longestSilentMillis }
        : null,
    waiters: (short?.waiters ?? []).slice(0, MOST_LABELS).flatMap(({ blame: { subject }, count }) => {
      const place = placeOf(subject);
      return place ? [{ place, count }] : [];
    }),
  };
}
