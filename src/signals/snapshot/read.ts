// Taking a heap snapshot: V8 sends it in pieces, which go to disk as they come. It is never one string.

import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
import { collectionsRead } from '../collections/read.ts';
import type { LiveSignal } from '../live-signal.ts';
import type { CaptureStream } from '../sink.ts';

export interface SnapshotCost {
  millis: number;
  bytes: number;
}

/** Building and sending takes minutes on the largest heaps. */
const TIMEOUT_MILLIS = 15 * 60_000;

/** The step of ours. */
export const HEAP_SNAPSHOT = 'heap snapshot';

/** Written as it comes; the collections that grow are found in it by V8's object ids. */
export const snapshotRead: LiveSignal<'snapshot', [ordinal: number]> = {
  type: 'snapshot',
  async read(thread, atMillis, ordinal) {
    const { probe, session, sink, id, fileName } = thread;
    const path = `${fileName}-${ordinal}.heapsnapshot.gz`;
    const growing = (await thread.ask(collectionsRead, atMillis, 0))?.growing ?? [];
    const take = () =>
      takeSnapshot(session, sink.stream({ kind: 'heap-snapshot', thread: id, path, atMillis }));
    const { millis, bytes } = await thread.duringOwnPause(HEAP_SNAPSHOT, take);
    // Only now: V8 gives an object its id in the first snapshot that has it.
    const ask = (objectId: string) => snapshotIdOf(session, objectId);
    const nodes = (await probe?.askEach('growingObjects', [], ask).catch(() => [])) ?? [];
    const suspects = growing.flatMap(({ id: collection }, i) => {
      const node = nodes[i];
      return typeof node === 'number' ? [{ collection, node }] : [];
    });
    return { path, millis, bytes, suspects };
  },
};

/** V8's snapshot object id; null for an object that no snapshot has met yet. */
async function snapshotIdOf(session: InspectorSession, objectId: string): Promise<number | null> {
  const answer = await session.send<{ heapSnapshotObjectId: string }>('HeapProfiler.getHeapObjectId', {
    objectId,
  });
  return Number(answer.heapSnapshotObjectId) || null;
}

/** The domain is switched off again by whoever switched it on: object ids that were asked for would be forgotten. */
export async function takeSnapshot(session: InspectorSession, out: CaptureStream): Promise<SnapshotCost> {
  let bytes = 0;
  const unlisten = session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }: { chunk: string }) => {
    bytes += chunk.length;
    out.write(chunk);
  });
  const from = performance.now();
  try {
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false }, TIMEOUT_MILLIS);
    const millis = performance.now() - from;
    await out.end();
    return { millis, bytes };
  } catch (error) {
    await out.discard();
    throw error;
  } finally {
    unlisten();
  }
}
