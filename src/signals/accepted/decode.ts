// Which listeners have the connections of clients, with places as people name them.
import type { AcceptedSockets } from '../../model/clients.ts';
import { decodePlace } from '../../model/decode/stack.ts';
import { type DecodeContext, offlineSignal } from '../offline-signal.ts';
import { type AcceptedLine, acceptedLine } from './wire.ts';

export const acceptedSignal = offlineSignal({ accepted: acceptedLine }, (of, context) => ({
  accepted: decodeAccepted(of('accepted'), context),
}));

function decodeAccepted(reads: AcceptedLine[], { resolver }: DecodeContext): AcceptedSockets[] {
  return reads.flatMap(({ thread, groups }) =>
    groups.map(({ listeners, ...group }) => ({
      thread,
      ...group,
      listeners: listeners.map((listener) => decodePlace(listener, resolver)),
    })),
  );
}
