// Asks one thread which requests of clients wait for the start of their answer.
import type { LiveSignal } from '../live-signal.ts';

export const openRequestsRead: LiveSignal<'open-requests'> = {
  type: 'open-requests',
  read: async ({ probe }) => probe?.call('openRequests'),
};
