// Reading the collections that grow.
import type { LiveSignal } from '../live-signal.ts';

/** `trapTop`: so many of the fastest growing ones are asked who adds to them, from now to the next read. */
export const collectionsRead: LiveSignal<'collections', [trapTop: number]> = {
  type: 'collections',
  read: async ({ probe }, atMillis, trapTop) => probe?.call('readCollections', atMillis, trapTop),
};
