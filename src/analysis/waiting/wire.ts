// The network as seen from outside: TCP of the process's network namespace over the capture, and the last state of a group
// of sockets.
import type { PassiveSample, SocketGroup, TcpCounters } from '../../model/samples.ts';

/** Change over the look; what was not counted is absent. */
export interface WireFacts {
  /** Between the first and the last count. */
  seconds: number;
  segmentsSent?: number;
  /** Of all segments sent, 0..1; absent when too few were sent to tell. */
  resentShare?: number;
  timeouts?: number;
  establishedResets?: number;
  outgoingOpensPerSecond?: number;
  failedOpens?: number;
  listenOverflows?: number;
  /** At the end. */
  timeWait?: number;
}

/** Below this one lost packet more or less is a large share. */
const LEAST_SEGMENTS = 500;

/** Null where the kernel's counters could not be read twice. */
export function watchWire(passive: readonly PassiveSample[]): WireFacts | null {
  const counted = passive.filter((sample) => sample.tcp);
  const first = counted[0];
  const last = counted.at(-1);
  if (!first || !last || first === last) return null;
  const seconds = (last.atMillis - first.atMillis) / 1_000;
  const change = (name: keyof TcpCounters): number | undefined => {
    const [from, to] = [first.tcp?.[name], last.tcp?.[name]];
    // 32-bit kernels wrap around: no change is known then.
    return from === undefined || to === undefined || to < from ? undefined : to - from;
  };
  const segmentsSent = change('segmentsSent');
  const resent = change('segmentsResent');
  const opens = change('outgoingOpens');
  const canShare = segmentsSent !== undefined && segmentsSent >= LEAST_SEGMENTS && resent !== undefined;
  return {
    seconds,
    segmentsSent,
    // OutSegs does not count what is sent again.
    resentShare: canShare ? resent / (segmentsSent + resent) : undefined,
    timeouts: change('timeouts'),
    establishedResets: change('establishedResets'),
    outgoingOpensPerSecond: opens === undefined || seconds <= 0 ? undefined : opens / seconds,
    failedOpens: change('failedOpens'),
    listenOverflows: change('listenOverflows'),
    timeWait: last.tcp?.timeWait,
  };
}

/** The same sockets in the last sample that has them; a growing group is judged by its end, not by its beginning. */
export function lastLookAt(passive: readonly PassiveSample[], group: SocketGroup): SocketGroup | undefined {
  return passive
    .findLast((sample) => sample.sockets)
    ?.sockets?.find(
      ({ family, state, direction, endpoint }) =>
        family === group.family &&
        state === group.state &&
        direction === group.direction &&
        endpoint === group.endpoint,
    );
}
