// The reads of open requests, joined by what they ask for.

import type { OpenRequests } from '../../model/clients.ts';
import { decodePlace } from '../../model/decode/stack.ts';
import { type DecodeContext, offlineSignal } from '../offline-signal.ts';
import { type OpenRequestsLine, openRequestsLine } from './wire.ts';

export const openRequestsSignal = offlineSignal({ 'open-requests': openRequestsLine }, (of, context) => ({
  openRequests: decodeOpenRequests(of('open-requests'), context),
}));

function decodeOpenRequests(lines: OpenRequestsLine[], { resolver }: DecodeContext): OpenRequests[] {
  const all = new Map<string, OpenRequests>();
  for (const { thread, atMillis, groups } of lines)
    for (const { label, handler, ...read } of groups) {
      const key = `${thread} ${label}`;
      const known = all.get(key) ?? { thread, label, reads: [], handler: null };
      all.set(key, known);
      known.reads.push({ atMillis, ...read });
      if (handler) known.handler = decodePlace(handler, resolver);
    }
  return [...all.values()];
}
