// One thing that is watched for growth: what is known of it, held weakly.
import type { ProbeCollections, ProbeHolder } from '../../../probe/probe-protocol.ts';
import type { InPlaceType } from '../wire.ts';
import type { Slot } from './held-slots.ts';
import type { CaughtInsertions } from './insertion-traps.ts';

export type Growing = ProbeCollections['growing'][number];

/** By which name it is held, and by which object or function. */
export interface Held {
  holder?: ProbeHolder | undefined;
  owner?: object | undefined;
  /** How that one is held in its turn. */
  above?: Slot | undefined;
}

export interface Tracked {
  id: number;
  /** The collection; of what grows in one place, whoever holds it there. */
  ref: WeakRef<object>;
  type: Growing['type'];
  holder: ProbeHolder | undefined;
  owner: WeakRef<object> | undefined;
  above: { holder: ProbeHolder; owner: WeakRef<object> } | undefined;
  /** The same for all that are held by one name, or else look the same, and are watched since the same read. */
  heldAlike: string;
  /** How often another one of its type was found in its place. */
  replaced: number;
  /** At each read; NaN where it was not counted. */
  sizes: number[];
  /** Of what grows in one place: what was there at this read, and what it looks like. */
  inPlace: { size: number; shape: string };
  caught: CaughtInsertions;
  /** How much of it a read has told already. */
  told: { sizes: number; stacks: number };
  /** When it may be counted again. */
  dueAt: number;
}

export function isInPlace(type: Growing['type']): type is InPlaceType {
  return ['String', 'Buffer', 'List', 'Chain'].includes(type);
}

export function slotOf({ holder, owner }: Tracked): Slot | null {
  const object = owner?.deref();
  return holder && object ? { holder, owner: object } : null;
}

/** The last that was counted. */
export function lastOf({ sizes }: Tracked): number {
  let at = sizes.length - 1;
  while (at > 0 && Number.isNaN(sizes[at])) at--;
  return sizes[at]!;
}

/** From the first count to the last. */
export function growthOf(entry: Tracked): number {
  return lastOf(entry) - entry.sizes.find((size) => size >= 0)!;
}

/** Times of what it took, until it is counted again: keys of a large object are sorted each time. */
const RESTS = 150;
const CHEAP_MILLIS = 1;

/** NaN while it rests from a count that took long. */
export function countWhenDue(
  entry: Tracked,
  atMillis: number,
  now: () => number,
  count: () => number,
): number {
  if (entry.dueAt > atMillis) return Number.NaN;
  const from = now();
  const size = count();
  const took = now() - from;
  if (took > CHEAP_MILLIS) entry.dueAt = atMillis + took * RESTS;
  return size;
}
