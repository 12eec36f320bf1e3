// Who used libuv's thread pool while it was watched, for a second or two.
import * as v from 'valibot';
import { type BodyOf, count, listOf, stack, text, threadLine } from '../../wire/parts.ts';

export const threadPoolLine = threadLine('thread-pool', {
  /** How long it was watched. */
  millis: count,
  threads: count,
  sites: listOf(
    v.object({
      /** async_hooks' name, or a native addon's own. */
      type: text,
      frames: stack,
      count,
      /** How often they were sent to a thread: a stream that packs once for each part of its output. Absent: once each. */
      steps: v.optional(count),
      /** From request to callback, summed: the wait for a thread included. */
      totalMillis: count,
      /** On a thread, summed, as far as the line was followed; absent in old recordings. */
      busyMillis: v.optional(count),
    }),
  ),
});
export type ThreadPoolLine = v.InferOutput<typeof threadPoolLine>;
export type ThreadPoolWatch = BodyOf<ThreadPoolLine>;
