// How fast clients arrive and stay: what grows at that pace is the load.
import type { Facts } from '../analysis/facts.ts';

/** New clients a second that stay connected. */
export function clientGrowth({ sockets }: Facts): number {
  const inbound = sockets.filter(
    ({ subject, trend }) =>
      subject.direction === 'inbound' && subject.state === 'ESTABLISHED' && trend.verdict === 'growing',
  );
  return inbound.reduce((sum, { trend }) => sum + trend.slopePerSecond, 0);
}
