// What a thread said keeps it alive, with places as people name them.
import { decodeStack } from '../../model/decode/stack.ts';
import type { AliveThings, KeepAliveLook } from '../../model/keep-alive.ts';
import { type DecodeContext, offlineSignal } from '../offline-signal.ts';
import { type AliveGroup, type AliveLine, aliveLine } from './wire.ts';

export const keepAliveSignal = offlineSignal({ alive: aliveLine }, (of, context) => ({
  keepAlive: decodeKeepAlive(of('alive'), context),
}));

/** Looks in the order of their threads, the main one first. */
function decodeKeepAlive(reads: AliveLine[], { resolver, ownUrl }: DecodeContext): KeepAliveLook[] {
  const decode = ({ delay, frames, ...group }: AliveGroup): AliveThings => ({
    ...group,
    delayMillis: delay >= 0 ? delay : undefined,
    // Source maps may show that the nearest function is a bundled library's.
    frames: decodeStack(frames, resolver, ownUrl).toSorted(
      (a, b) => Number(b.owner === 'app') - Number(a.owner === 'app'),
    ),
  });
  return reads
    .map(({ groups, unreferenced, ...read }) => ({
      ...read,
      things: groups.map(decode),
      unreferenced: unreferenced.map(decode),
    }))
    .sort((a, b) => a.thread - b.thread);
}
