// What keeps a thread's event loop alive, decoded: handles, requests, timers and workers, grouped. Pure data.
import type { AliveKind } from '../wire/report/names.ts';
import type { Frame } from './frame.ts';

export { ALIVE_KINDS, type AliveKind } from '../wire/report/names.ts';

/** Things that are alike: of one kind, for one purpose, with one callback. */
export interface AliveThings {
  kind: AliveKind;
  className: string;
  count: number;
  /** What they have in common: an endpoint, a command, "worker 3"; "" when nothing is known. */
  what: string;
  examples: string[];
  /** Of sockets: "connecting", "open", "answering" (a request that came in), "half-closed", "idle"; else "". */
  state: string;
  /** Of timers. */
  delayMillis?: number;
  /** By which name their function is held: "callback", "'data' listener". */
  through: string;
  /** Functions that wait for it, the application's own before a library's. */
  frames: Frame[];
}

/** One look at one thread. */
export interface KeepAliveLook {
  thread: number;
  atMillis: number;
  things: AliveThings[];
  /** Timers that do not count. */
  unreferenced: AliveThings[];
  /** Open and referenced, but nothing is awaited from them. */
  idleHandles: number;
  cut: boolean;
  unlisted?: { timeouts?: number; reason: string };
}
