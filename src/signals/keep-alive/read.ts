// Listing what keeps a thread's event loop alive: open handles, requests, timers and workers, taken once. Nothing stays in the
// target.

import type { EvaluateResult } from '../../probe/client/probe-objects.ts';
import { keepAliveSource } from '../../probe/expressions.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
import type { LiveSignal } from '../live-signal.ts';
import type { AliveCounts, AliveList, KeepAliveHandle, WalkedClass } from './probe/keep-alive-protocol.ts';
import type { AliveRead } from './wire.ts';

/** `refusal`: why the heap may not be walked; each walk is a pause, of which `onPause` hears in milliseconds. */
export const aliveRead: LiveSignal<'alive', [refusal: string | null, onPause: (millis: number) => void]> = {
  type: 'alive',
  read: ({ session, duringOwnPause }, _atMillis, refusal, onPause) =>
    duringOwnPause('list what keeps it alive', () => listKeepAlive(session, refusal, onPause)),
};

const GROUP = 'culprit-alive';
const QUERY_TIMEOUT_MILLIS = 120_000;

/**
 * `refusal` says why the heap may not be walked (each walk is a pause); then only timers of usual delays are listed, the
 * others counted where the Node version counts them. Rejects when the thread gives no access to its built-in modules.
 */
export async function listKeepAlive(
  session: InspectorSession,
  refusal: string | null,
  onPause: (millis: number) => void = () => {},
): Promise<AliveRead> {
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
    const find = async (type: WalkedClass, isWanted: boolean): Promise<object> => {
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
    const natives = await find('AsyncWrap', true);
    const { value: hasWorkers } = await callOn(id, 'hasWorkers', [natives], true);
    const workers = await find('Worker', hasWorkers === true);
    const list = (await callOn(id, 'list', [timeouts, workers, natives], true)).value as AliveList;
    return refusal === null ? list : { ...list, ...unlistedOf(list, counts, refusal) };
  } finally {
    await session.send('Runtime.releaseObjectGroup', { objectGroup: GROUP }).catch(() => {});
  }
}

/** Without a walk over the heap, timers of unusual delays are missing, with workers and what the thread pool works on. */
function unlistedOf({ groups }: AliveList, counts: AliveCounts, reason: string): Partial<AliveRead> {
  const listed = groups
    .filter(({ kind }) => kind === 'interval' || kind === 'timeout')
    .reduce((sum, { count }) => sum + count, 0);
  const missing = counts.timeouts === undefined ? undefined : Math.max(0, counts.timeouts - listed);
  return { unlisted: { timeouts: missing, reason } };
}
