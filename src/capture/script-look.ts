// Asks V8 for the scripts that it runs, at the end of a capture and only where the files do not account for what was seen:
// the program was transpiled while it was loaded, is part of an executable, or has changed on disk since.
import type { CaptureContext } from './context.ts';
import { estimateDebuggerMillis } from './heap/ladder.ts';
import { isMemoryTight } from './heap/memory-room.ts';
import type { ThreadCapture } from './thread/thread-capture.ts';
import { warnOnce } from './warn-once.ts';

/** A list holds the thread for a moment: of many workers, a few know what the others run. */
const MOST_LISTS = 4;

/** Hands every script that V8 told of to the sink. Threads that were asked before, for another reason, are not asked again. */
export async function lookAtScripts(
  context: CaptureContext,
  threads: readonly ThreadCapture[],
): Promise<void> {
  const doubtful = threads.every(({ scripts }) => scripts.isComplete)
    ? []
    : context.options.scriptsInDoubt?.();
  const isKnown = (url: string) => threads.some(({ scripts }) => scripts.has(url));
  let lists = 0;
  for (const thread of threads) {
    if (thread.scripts.isComplete || doubtful?.every(isKnown) !== false || ++lists > MOST_LISTS) continue;
    await listScripts(context, thread);
  }
  for (const { scripts } of threads) context.sink.scripts(scripts.all());
}

/** Beyond the budget as well: without it, what all other steps have found would be said of wrong lines. */
async function listScripts(context: CaptureContext, thread: ThreadCapture): Promise<void> {
  const { options, outcome, localPid } = context;
  const { maxPauseMillis } = options;
  const estimateMillis = Math.round(estimateDebuggerMillis(thread.counters.heapUsedBytes ?? 0));
  if (estimateMillis > maxPauseMillis)
    return warnOnce(outcome, { code: 'scripts-too-long', estimateMillis, maxPauseMillis });
  // V8 writes each source map out, and hands it on.
  if (isMemoryTight(localPid)) return warnOnce(outcome, { code: 'scripts-no-memory' });
  // A worker that has ended is no loss.
  await context.timed(() => thread.whileScriptsAreListed('list scripts', async () => {}).catch(() => {}));
}
