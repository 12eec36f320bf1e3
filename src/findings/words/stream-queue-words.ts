// Data that waits inside a Node stream: writes that its receiver has not read, and data that the program has not read. Not a
// cache, and no option bounds it: one side is slower than the other.

import type { Frame } from '../../model/frame.ts';
import type { CollectionGrowth } from '../../model/memory/collection.ts';
import { packageOf, perSecond, place } from '../wording.ts';

export type StreamQueue = 'writes' | 'reads';

/** By the object that holds the queue: the state of a stream, of Node's or of the package readable-stream. Null: none. */
export function streamQueueOf({ holder }: CollectionGrowth): StreamQueue | null {
  if (holder?.kind !== 'property') return null;
  if (holder.of === 'WritableState') return 'writes';
  return holder.of === 'ReadableState' ? 'reads' : null;
}

/** `rate` is entries a second; `at` is such as " (app.js:11, log)". */
export function streamQueueTitle(queue: StreamQueue, rate: number, at: string): string {
  return queue === 'writes'
    ? `Writes accumulate in a stream at ${perSecond(rate)}: its receiver takes less than is written${at}`
    : `Data accumulates in a stream at ${perSecond(rate)}: less is read than arrives${at}`;
}

/** `by` hands over what waits; null where it is not known. */
export function streamQueueAdvice(
  queue: StreamQueue,
  by: { app: Frame | null; keeper: Frame | null },
): string[] {
  const { app, keeper } = by;
  const through = keeper ? ` through ${packageOf(keeper)}` : '';
  const giver = app ? `what ${place(app)} writes${through}` : `what is written${through}`;
  return queue === 'writes'
    ? [
        `Find who receives ${giver}, and why that is slow: a socket whose other side reads slowly, or, where it is standard output or standard error, the pipe and the log collector behind it.`,
        'Write no faster than the receiver reads: wait for `drain` when `write()` returns false (stream.pipeline does), write less, or drop the excess.',
      ]
    : [
        'Read the stream to its end, or destroy it. Push no more into it when `push()` returns false, or pause its source.',
      ];
}
