// "What keeps it alive": one list of open handles, requests, timers and workers of a thread, taken once. Nothing stays
// in the target.
import { type InspectorSession, SessionClosed } from '../target/inspector-session.ts';
import type { CaptureContext } from './context.ts';
import { estimateCensusBytes, estimateCensusMillis } from './ladder.ts';
import { memoryRoom } from './memory-room.ts';
import type { EvaluateResult } from './probe-objects.ts';
import { keepAliveSource } from './probes/expressions.ts';
import type { AliveCounts, AliveList, KeepAliveHandle } from './probes/keep-alive-protocol.ts';
import type { ThreadCapture } from './thread-capture.ts';

/** A list, and what could not be put on it. */
export interface KeepAliveRead extends AliveList {
  /** The heap was not walked, and why: how many timers are missing, where that is known. Workers are missing, too. */
  unlisted?: { timeouts?: number; reason: string };
}

const GROUP = 'culprit-alive';
const QUERY_TIMEOUT_MILLIS = 120_000;
/** Of the memory there is. */
const LARGEST_SHARE = 0.5;

/**
 * `refusal` says why the heap may not be walked (each walk is a pause); then only timers of usual delays are listed, the
 * others counted where the Node version counts them. Rejects when the thread gives no access to its built-in modules.
 */
export async function listKeepAlive(
  session: InspectorSession,
  refusal: string | null,
  onPause: (millis: number) => void = () => {},
): Promise<KeepAliveRead> {
  const callOn = async (
    objectId: string,
    method: keyof KeepAliveHandle,
    args: object[],
    byValue: boolean,
  ) => {
    const { result } = await session.send<EvaluateResult>(
      'Runtime.callFunctionOn',
      {
        objectId,
        functionDeclaration: `function (...args) { return this.${method}(...args); }`,
        arguments: args,
        returnByValue: byValue,
        objectGroup: GROUP,
        silent: true,
      },
      60_000,
    );
    return result;
  };
  try {
    const expression = keepAliveSource();
    const { result } = await session.send<EvaluateResult>('Runtime.evaluate', {
      expression,
      includeCommandLineAPI: true,
      objectGroup: GROUP,
      silent: true,
    });
    const id = result.objectId;
    if (!id) throw new Error(String(result.value ?? 'unknown reason').slice(0, 200));
    const counts = (await callOn(id, 'counts', [], true)).value as AliveCounts;
    /** All objects of a built-in class, as an argument for `list`. */
    const find = async (type: string, isWanted: boolean): Promise<object> => {
      if (!isWanted || refusal) return { value: null };
      const { objectId } = await callOn(id, 'prototypeOf', [{ value: type }], false);
      if (!objectId) return { value: null };
      const from = performance.now();
      const query = { prototypeObjectId: objectId, objectGroup: GROUP };
      const { objects } = await session.send<{ objects: { objectId: string } }>(
        'Runtime.queryObjects',
        query,
        QUERY_TIMEOUT_MILLIS,
      );
      onPause(performance.now() - from);
      return { objectId: objects.objectId };
    };
    const timeouts = await find('Timeout', true);
    const workers = await find('Worker', counts.messagePorts > 0);
    const list = (await callOn(id, 'list', [timeouts, workers], true)).value as AliveList;
    return refusal === null ? list : { ...list, ...unlistedOf(list, counts, refusal) };
  } finally {
    await session.send('Runtime.releaseObjectGroup', { objectGroup: GROUP }).catch(() => {});
  }
}

/** Without a walk over the heap, timers of unusual delays are missing, and workers are message ports only. */
function unlistedOf({ groups }: AliveList, counts: AliveCounts, reason: string): Partial<KeepAliveRead> {
  const listed = groups
    .filter(({ kind }) => kind === 'interval' || kind === 'timeout')
    .reduce((sum, { count }) => sum + count, 0);
  const missing = counts.timeouts === undefined ? undefined : Math.max(0, counts.timeouts - listed);
  return { unlisted: { timeouts: missing, reason } };
}

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
        .listKeepAlive(context.elapsed(), refusalFor(thread, context), onPause)
        .catch((error: Error) => {
          if (error instanceof SessionClosed) throw error;
          context.outcome.warnings.push(
            `What keeps ${thread.name} alive could not be listed: ${error.message}`,
          );
        });
    });
}

/** Why the heap may not be walked; null when it may. */
function refusalFor(thread: ThreadCapture, { options, localPid }: CaptureContext): string | null {
  const millis = estimateCensusMillis(thread.heapUsedBytes());
  if (millis > options.maxPauseMillis)
    return `finding them would pause the target for about ${Math.round(millis)} ms (--max-pause ${options.maxPauseMillis} ms)`;
  const extraBytes = estimateCensusBytes(thread.heapUsedBytes());
  const room = localPid === null ? undefined : memoryRoom(localPid);
  if (room && extraBytes > room.bytes * LARGEST_SHARE)
    return `finding them takes about ${Math.ceil(extraBytes / 2 ** 20)} MB more for a while, and little is left below ${room.limitedBy}`;
  return null;
}
