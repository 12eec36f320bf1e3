// What keeps a thread's event loop alive: handles, requests, timers and workers, grouped.
import * as v from 'valibot';
import { amount, type BodyOf, count, listOf, stack, text, threadLine } from '../../wire/parts.ts';
import { ALIVE_KINDS } from '../../wire/report/names.ts';

/** Things that are alike: of one kind, for one purpose, with one callback. */
const aliveGroup = v.object({
  kind: v.picklist(ALIVE_KINDS),
  className: text,
  count,
  /** What they have in common: an endpoint, a command, a worker's id; "" when nothing is known. */
  what: text,
  /** Up to a few single ones, as far as that says more than `what`. */
  examples: listOf(text, 100),
  /** Of sockets: "connecting", "open", "half-closed", "idle"; else "". */
  state: text,
  /** Of timers, milliseconds; else -1. */
  delay: v.pipe(v.number(), v.finite()),
  /** By which name their function is held: "callback", "'data' listener"; "" without one. */
  through: text,
  /** Functions of the program or of a library, the nearest first. */
  frames: stack,
});
export type AliveGroup = v.InferOutput<typeof aliveGroup>;

const listed = {
  groups: listOf(aliveGroup),
  /** Timers of the program that are there, but unreferenced. */
  unreferenced: listOf(aliveGroup),
  /** Handles that are open and referenced, but neither read nor wait for anything: standard output, a paused socket. */
  idleHandles: count,
  /** There were more than were looked at. */
  cut: v.boolean(),
};

export const aliveLine = threadLine('alive', {
  ...listed,
  /** The heap was not walked, and why: how many timers are missing, where that is known. Workers are missing, too. */
  unlisted: v.optional(v.object({ timeouts: amount, reason: text })),
});
export type AliveLine = v.InferOutput<typeof aliveLine>;
export type AliveRead = BodyOf<AliveLine>;
export type AliveList = Omit<AliveRead, 'unlisted'>;
