// How many HTTP requests the program has answered, heard of through Node's diagnostics channels.
import type { ProbeCore } from '../core.ts';
import type { ProbeRequests } from '../probe-protocol.ts';

export interface RequestCount {
  /** Since this was last asked. */
  take(): ProbeRequests;
}

export function createRequestCount({ load, reads, cleanups }: ProbeCore): RequestCount {
  const channels: typeof import('node:diagnostics_channel') = load('diagnostics_channel');
  let count: ProbeRequests = { answered: 0, failed: 0 };
  const answered = (message: unknown) => {
    count.answered++;
    const status = reads.own(reads.own(message, 'response'), 'statusCode');
    if (typeof status === 'number' && status >= 500) count.failed++;
  };
  // Node 16 to 18 lose subscribers of a channel that nobody else holds.
  const channel = channels.channel('http.server.response.finish');
  channel.subscribe(answered);
  cleanups.push(() => channel.unsubscribe(answered));
  return {
    take() {
      const taken = count;
      count = { answered: 0, failed: 0 };
      return taken;
    },
  };
}
