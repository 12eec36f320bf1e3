// Who used libuv's thread pool: read once, when the watch that `startPoolWatch` of the probe began ends.
import type { LiveSignal } from '../live-signal.ts';

export const threadPoolRead: LiveSignal<'thread-pool'> = {
  type: 'thread-pool',
  read: async ({ probe }) => probe?.call('stopPoolWatch'),
};
