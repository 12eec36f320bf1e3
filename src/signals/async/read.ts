// Reads what became of async resources, and where the handlers of requests that wait long begin.
import type { LiveSignal } from '../live-signal.ts';

export const asyncRead: LiveSignal<'async'> = {
  type: 'async',
  read: async ({ probe }) => probe?.call('readAsync'),
};

export const handlersRead: LiveSignal<'handlers'> = {
  type: 'handlers',
  read: async ({ probe }) => probe?.call('lastingHandlers'),
};
