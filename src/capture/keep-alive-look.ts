// "What keeps it alive", asked once of each thread.
import { aliveRead } from '../signals/keep-alive/read.ts';
import { SessionClosed } from '../target/inspector/inspector-session.ts';
import { memoryLimitWords } from '../units/memory-limit.ts';
import type { CaptureContext } from './context.ts';
import { estimateCensusBytes, estimateCensusMillis } from './heap/ladder.ts';
import { memoryRoom } from './heap/memory-room.ts';
import type { ThreadCapture } from './thread/thread-capture.ts';

/** Of the memory there is. */
const LARGEST_SHARE = 0.5;

/** Lists once for each thread, workers that come later included. */
export function createKeepAliveLook(context: CaptureContext): () => Promise<void> {
  const done = new Set<number>();
  return () =>
    context.forEachThread(async (thread) => {
      if (done.has(thread.id)) return;
      done.add(thread.id);
      context.progress('listing what keeps it alive');
      const onPause = (millis: number) => void context.outcome.pausesMillis.push(millis);
      await thread
        .ask(aliveRead, context.elapsed(), refusalFor(thread, context), onPause)
        .catch((error: Error) => {
          if (error instanceof SessionClosed) throw error;
          const { name } = thread;
          context.outcome.warnings.push({
            code: 'keep-alive-not-listed',
            thread: name,
            reason: error.message,
          });
        });
    });
}

/** Why the heap may not be walked; null when it may. */
function refusalFor(thread: ThreadCapture, { options, localPid }: CaptureContext): string | null {
  const heapBytes = thread.counters.heapUsedBytes ?? 0;
  // `--why-alive` is for processes that are idle: no load competes for their cores.
  const millis = estimateCensusMillis(heapBytes, 1);
  if (millis > options.maxPauseMillis)
    return `finding them would pause the target for about ${Math.round(millis)} ms (--max-pause ${options.maxPauseMillis} ms)`;
  const extraBytes = estimateCensusBytes(heapBytes);
  const room = localPid === null ? undefined : memoryRoom(localPid);
  if (room && extraBytes > room.bytes * LARGEST_SHARE)
    return `finding them needs about ${Math.ceil(extraBytes / 2 ** 20)} MB more memory for a moment, and little is left below ${memoryLimitWords(room.limit)}`;
  return null;
}
