// What the list of things that keep a thread alive looks like on its way out of the target: plain JSON.
import type { AliveList } from '../../signals/keep-alive/wire.ts';

export type { AliveGroup, AliveList } from '../../signals/keep-alive/wire.ts';

/** How many there are of what only a walk over the heap finds; absent where the Node version does not say. */
export interface AliveCounts {
  timeouts?: number;
  messagePorts: number;
}

/** What the one evaluation leaves, for as long as our session holds it. */
export interface KeepAliveHandle {
  counts(): AliveCounts;
  prototypeOf(type: 'Timeout' | 'Worker'): object | null;
  /** Arrays of all that there are; without the first, timers of usual delays are found. */
  list(timeouts: unknown, workers: unknown): AliveList;
}
