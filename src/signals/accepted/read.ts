// Asking one thread which of its listeners have the connections of clients in their hands.
import type { LiveSignal } from '../live-signal.ts';

export const acceptedRead: LiveSignal<'accepted'> = {
  type: 'accepted',
  read: async ({ probe }) => probe?.call('acceptedSockets'),
};
