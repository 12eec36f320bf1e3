// What the list of things that keep a thread alive looks like on its way out of the target: plain JSON.
import type { AliveList } from '../wire.ts';

export type { AliveGroup, AliveList } from '../wire.ts';

/** How many there are of what only a walk over the heap finds; absent where the Node version does not say. */
export interface AliveCounts {
  timeouts?: number;
}

/** Classes of which a walk over the heap finds all objects: `AsyncWrap` is what all with an async native side inherit from. */
export type WalkedClass = 'Timeout' | 'Worker' | 'AsyncWrap';

/** What the one evaluation leaves, for as long as our session holds it. */
export interface KeepAliveHandle {
  counts(): AliveCounts;
  prototypeOf(type: WalkedClass): object | null;
  /** Of all objects with an async native side: whether threads that have begun are among them. */
  hasWorkers(natives: unknown): boolean;
  /** Arrays of all that there are; without the first, timers of usual delays are found. */
  list(timeouts: unknown, workers: unknown, natives: unknown): AliveList;
}
