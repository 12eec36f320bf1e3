// Sockets that each have a port of their own, as those of servers that are started for one transfer: no port has many, all
// of them together become more.
import type { PassiveSample, SocketGroup } from '../../model/samples.ts';
import { type CountGrowth, countTrends } from './resource-growth.ts';

/** The endpoint of a group that stands for those of many ports. */
export const MANY_PORTS = 'many ports';

/** On fewer ports they are told one by one. */
const LEAST_PORTS = 8;

/** Servers that listen, and connections that clients have closed, over all ports of the process. */
export function scatteredSockets(samples: readonly PassiveSample[]): CountGrowth<SocketGroup>[] {
  const grouped = countTrends(samples, ({ sockets }) => {
    const own = sockets?.filter(isOfOwnPort);
    return own?.map((subject) => ({ key: subject.direction, subject, count: subject.count }));
  });
  const last = samples.findLast(({ sockets }) => sockets)?.sockets ?? [];
  return grouped.flatMap((growth) => {
    const { direction } = growth.subject;
    const now = last.filter((group) => isOfOwnPort(group) && group.direction === direction);
    return now.length >= LEAST_PORTS ? [{ ...growth, subject: together(now) }] : [];
  });
}

function isOfOwnPort({ family, direction, state }: SocketGroup): boolean {
  return (
    family === 'tcp' && (direction === 'listening' || (direction === 'inbound' && state === 'CLOSE_WAIT'))
  );
}

function together(groups: readonly SocketGroup[]): SocketGroup {
  const sum = (value: (group: SocketGroup) => number | undefined) =>
    groups.reduce((all, group) => all + (value(group) ?? 0), 0);
  return {
    ...groups[0]!,
    endpoint: MANY_PORTS,
    count: sum(({ count }) => count),
    receiveQueueBytes: sum(({ receiveQueueBytes }) => receiveQueueBytes),
    oldestMillis: Math.max(...groups.map(({ oldestMillis }) => oldestMillis ?? 0)),
    olderThan5s: sum(({ olderThan5s }) => olderThan5s),
    olderThan30s: sum(({ olderThan30s }) => olderThan30s),
    fromStart: sum(({ fromStart }) => fromStart),
  };
}
