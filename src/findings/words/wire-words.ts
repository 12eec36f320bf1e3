// What the network shows beside a finding about sockets: how long they have been open, and whether the network itself may be
// to blame.
import type { WireFacts } from '../../analysis/waiting/wire.ts';
import type { Evidence } from '../../model/finding.ts';
import type { SocketGroup } from '../../model/samples.ts';
import { formatCount, formatDuration, formatNumber, formatShare } from '../../units/units.ts';
import { WIRE } from '../thresholds/waiting.ts';

/** How old they are: a leak keeps its oldest, a busy pool does not. */
export function ageEvidence(group: SocketGroup | undefined, lookSeconds: number): Evidence[] {
  const { oldestMillis, fromStart = 0, olderThan5s = 0, olderThan30s = 0 } = group ?? {};
  if (!group || oldestMillis === undefined) return [];
  const [old, than] = olderThan30s >= WIRE.leastOld ? [olderThan30s, 30] : [olderThan5s, 5];
  if (old < WIRE.leastOld) return [];
  const look = formatDuration(lookSeconds * 1_000);
  // In a capture of as many seconds both say the same.
  const isSame = fromStart === old && Math.round(lookSeconds) === than;
  const whole =
    fromStart > 0 && !isSame ? `, ${formatNumber(fromStart)} of them for the whole capture of ${look}` : '';
  return [
    {
      source: 'proc',
      statement: `${formatNumber(old)} of these ${formatNumber(group.count)} have been open for more than ${than} s${whole}`,
      value: old,
      unit: 'count',
    },
  ];
}

/** What in these sockets waits for the other side. */
export function stuckEvidence(group: SocketGroup | undefined): Evidence[] {
  const said: Evidence[] = [];
  const say = (value: number, statement: string) =>
    said.push({ source: 'proc', statement, value, unit: 'count' });
  if (group?.windowFull)
    say(
      group.windowFull,
      `${formatNumber(group.windowFull)} of them can send nothing more, because the other side does not read`,
    );
  if (group?.resending)
    say(
      group.resending,
      `${formatNumber(group.resending)} of them have retransmitted data and got no answer`,
    );
  return said;
}

/** Where the network, not the code, may be slow. `wire` is null where nothing was counted. */
export function networkCaveats(wire: WireFacts | null): string[] {
  const caveats: string[] = [];
  if (wire?.resentShare !== undefined && wire.resentShare >= WIRE.lossyShare)
    caveats.push(
      `${formatShare(wire.resentShare)} of the TCP segments of its network namespace were retransmitted: the network may be slow, rather than the code.`,
    );
  if (wire?.listenOverflows)
    caveats.push(
      `The accept queue of a port in its network namespace was full, and ${formatCount(wire.listenOverflows, 'client')} ${wire.listenOverflows === 1 ? 'was' : 'were'} turned away.`,
    );
  return caveats;
}

/** "GET 10.0.0.7:80/rates/#" -> "10.0.0.7:80". */
export function endpointOf(label: string): string {
  return label.replace(/^\S* /, '').replace(/\/.*$/, '') || label;
}
