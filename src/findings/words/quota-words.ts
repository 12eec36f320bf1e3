// What to do about a CPU quota: which setting, to which value, and why.

import type { Throttling } from '../../analysis/container/throttling.ts';
import type { Facts } from '../../analysis/facts.ts';
import { formatShare } from '../../units/units.ts';
import { QUOTA } from '../thresholds/cpu.ts';

/** "0.5 cores", "1 core", "1.25 cores": as limits are written. */
export const cores = (count: number): string =>
  `${Math.round(count * 100) / 100} ${count === 1 ? 'core' : 'cores'}`;

/** Threads beside the main one that use up a period's share together with it. */
export type Crowd = 'helpers' | 'pool' | 'workers' | 'others' | null;

export function crowdOf({ threads, groupCores, processCores }: Throttling, facts: Facts): Crowd {
  if (
    groupCores !== undefined &&
    processCores !== undefined &&
    processCores < groupCores * (1 - QUOTA.foreign)
  )
    return 'others';
  if (!threads) return null;
  const beside = threads.helpers + threads.pool + threads.other;
  if (beside < (threads.main + beside) * QUOTA.crowded) return null;
  if (threads.helpers >= beside / 2) return 'helpers';
  const hasWorkers = facts.observations.target.threads.some(({ id }) => id !== 0);
  if (hasWorkers && threads.other >= threads.pool) return 'workers';
  return 'pool';
}

/**
 * While the process ran it used `used / (1 - stopped)` cores; so much it needs to run through, and a quarter more for
 * peaks. But the main thread can use one core and no more: the others then use theirs in proportion. A closed loop of
 * clients asks for more as soon as it gets answers sooner: it is the least.
 */
export function neededCores({
  groupCores,
  processCores,
  quotaCores,
  stoppedShare,
  threads,
}: Throttling): number {
  const used = groupCores ?? processCores ?? quotaCores;
  const running = (used / (1 - Math.min(QUOTA.mostStopped, stoppedShare))) * QUOTA.room;
  const withFullMain = threads && threads.main > 0 ? used / threads.main : Number.POSITIVE_INFINITY;
  const steps = Math.ceil(Math.min(running, withFullMain) / QUOTA.stepCores - QUOTA.stepSlack);
  return Math.max(steps, Math.floor(quotaCores / QUOTA.stepCores) + 1) * QUOTA.stepCores;
}

export function adviseOnQuota(
  throttling: Throttling,
  crowd: Crowd,
  eater: { at: string; part: number } | null,
): string[] {
  const needed = cores(neededCores(throttling));
  const limit = `at least ${needed} (limits.cpu: "${neededCores(throttling)}"; docker and podman: --cpus)`;
  const requests = `Or set no CPU limit, and requests.cpu to ${needed}: then it waits only while the node has no CPU left.`;
  return [
    ...(crowd ? [onCrowd(crowd, throttling)] : []),
    crowd
      ? `Or raise the quota to ${limit}, which is about what its threads use when nothing stops them.`
      : `Raise the quota to ${limit}, which is about what it uses when nothing stops it. The main thread alone cannot use more than a core.`,
    requests,
    ...(eater
      ? [`Or make ${eater.at} cheaper: it takes ${formatShare(eater.part)} of the main thread's CPU time.`]
      : []),
  ];
}

function onCrowd(crowd: NonNullable<Crowd>, { threads, quotaCores }: Throttling): string {
  const atOnce = Math.max(1, Math.floor(quotaCores));
  if (crowd === 'others')
    return 'Other processes of the same container use much of the quota: see what they are (ps), or give them a container of their own.';
  if (crowd === 'helpers')
    return `V8's helper threads use ${cores(threads!.helpers)} to collect garbage beside the main thread, and together they use up the quota of each period early. --v8-pool-size=${atOnce} (or --single-threaded-gc) keeps them from running side by side; a larger young generation (--max-semi-space-size=32, in MB) makes them run less often.`;
  if (crowd === 'workers')
    return `Worker threads use up the quota together with the main thread: run no more than ${atOnce} at a time.`;
  return `Threads beside the main one (libuv's pool: crypto, compression, files) use up the quota of each period together with it: UV_THREADPOOL_SIZE=${atOnce} makes them take turns and leaves CPU to the event loop.`;
}
