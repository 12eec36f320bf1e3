// The words for clients of a package that reconnect again and again.
import type { Reconnects } from '../../analysis/waiting/reconnects.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatShare } from '../../units/units.ts';
import { perSecond, placeWithLibrary } from '../wording.ts';

export function reconnectEvidence({ blame, perSecond: rate, closedShare }: Reconnects): Evidence {
  return {
    source: 'async-resources',
    statement: `timers of ${placeWithLibrary(blame)} open connections at ${perSecond(rate)}, without a new call from the program; ${formatShare(closedShare)} of them are closed within 5 s`,
    value: rate,
    unit: 'per second',
  };
}

export const RECONNECT_ADVICE =
  'End each client that is no longer needed, even if connecting or signing in has failed (end, close, quit, disconnect or destroy, whichever it has), or turn its reconnecting off. Keep one client per server and reuse it. Check on the server why it closes the connections.';
