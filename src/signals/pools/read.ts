// Reads pools and agents that are in use; `findPools` of the probe searches for them.
import type { LiveSignal } from '../live-signal.ts';

export const poolsRead: LiveSignal<'pools'> = {
  type: 'pools',
  read: async ({ probe }) => probe?.call('readPools'),
};
