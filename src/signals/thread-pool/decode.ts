// Who used libuv's thread pool, with places as people name them.
import { decodeStack } from '../../model/decode/stack.ts';
import type { ThreadPoolUse } from '../../model/pool.ts';
import { type DecodeContext, offlineSignal } from '../offline-signal.ts';
import { type ThreadPoolLine, threadPoolLine } from './wire.ts';

export const threadPoolSignal = offlineSignal({ 'thread-pool': threadPoolLine }, (of, context) => ({
  threadPool: decodeThreadPool(of('thread-pool'), context),
}));

function decodeThreadPool(reads: ThreadPoolLine[], { resolver, ownUrl }: DecodeContext): ThreadPoolUse[] {
  return reads.map(({ thread, atMillis, millis, threads, sites }) => ({
    thread,
    atMillis,
    millis,
    threads,
    sites: sites.map(({ type, frames, count, steps, totalMillis, busyMillis }) => ({
      type,
      frames: decodeStack(frames, resolver, ownUrl),
      count,
      steps,
      totalMillis,
      busyMillis,
    })),
  }));
}
