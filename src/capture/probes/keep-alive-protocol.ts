// What the list of things that keep a thread alive looks like on its way out of the target: plain JSON.
import type { AliveKind } from '../../model/keep-alive.ts';
import type { ProbeFrame } from './probe-protocol.ts';

/** Things that are alike: of one kind, for one purpose, with one callback. */
export interface AliveGroup {
  kind: AliveKind;
  className: string;
  count: number;
  /** What they have in common: an endpoint, a command, a worker's id; "" when nothing is known. */
  what: string;
  /** Up to a few single ones, as far as that says more than `what`. */
  examples: string[];
  /** Of sockets: "connecting", "open", "half-closed", "idle"; else "". */
  state: string;
  /** Of timers, milliseconds; else -1. */
  delay: number;
  /** By which name their function is held: "callback", "'data' listener"; "" without one. */
  through: string;
  /** Functions of the program or of a library, the nearest first, 0-based. */
  frames: ProbeFrame[];
}

export interface AliveList {
  groups: AliveGroup[];
  /** Timers of the program that are there, but unreferenced. */
  unreferenced: AliveGroup[];
  /** Handles that are open and referenced, but neither read nor wait for anything: standard output, a paused socket. */
  idleHandles: number;
  /** There were more than were looked at. */
  cut: boolean;
}

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
