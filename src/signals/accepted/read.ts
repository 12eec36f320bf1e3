// Asks one thread which of its listeners hold connections of clients.
import type { LiveSignal } from '../live-signal.ts';

export const acceptedRead: LiveSignal<'accepted'> = {
  type: 'accepted',
  read: async ({ probe }) => probe?.call('acceptedSockets'),
};
