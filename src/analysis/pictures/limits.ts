// How close the process came to each limit that it has: what a healthy report shows.
import type { UsedLimit } from '../../model/report/pictures.ts';
import type { Facts } from '../facts.ts';
import { usualBusy } from './busy-loop.ts';

export function drawLimits({ observations }: Facts): UsedLimit[] {
  const { runtime, passive, limits, target } = observations;
  const main = runtime.filter(({ thread }) => thread === 0);
  const container = target.container;
  const known = (name: UsedLimit['name'], unit: UsedLimit['unit'], used: number[], limit?: number | null) =>
    limit && used.length > 0 ? [{ name, unit, used: Math.max(...used), limit }] : [];
  const afterGc = main.flatMap(({ afterGc, heapUsedBytes }) => (afterGc ? (heapUsedBytes ?? []) : []));
  const heap = afterGc.length > 0 ? afterGc : main.flatMap(({ heapUsedBytes }) => heapUsedBytes ?? []);
  const busy = usualBusy(0, observations);
  return [
    ...known('event-loop', 'share', busy === undefined ? [] : [busy], 1),
    ...known('heap', 'bytes', heap, limits.heapLimitBytes),
    ...known(
      'memory',
      'bytes',
      passive.flatMap(({ cgroup, rssBytes }) => cgroup?.memoryUsageBytes ?? rssBytes ?? []),
      limits.memoryLimitBytes,
    ),
    ...known(
      'fds',
      'count',
      passive.flatMap(({ fdCount }) => fdCount ?? []),
      limits.fdSoftLimit,
    ),
    ...known('pids', 'count', container?.pids === undefined ? [] : [container.pids], container?.pidsLimit),
    ...known('cpu', 'cores', coresOf(observations.passive), container?.cpuQuotaCores),
  ];
}

/** Over the whole look. */
function coresOf(passive: Facts['observations']['passive']): number[] {
  const known = passive.filter(({ cpuMicros }) => cpuMicros !== undefined);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || last.atMillis <= first.atMillis) return [];
  return [(last.cpuMicros! - first.cpuMicros!) / 1_000 / (last.atMillis - first.atMillis)];
}
