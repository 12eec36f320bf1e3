// Taking a heap snapshot: V8 sends it in pieces, which go to disk as they come. It is never one string.

import type { CaptureStream } from '../../capture/sink.ts';
import type { InspectorSession } from '../../target/inspector-session.ts';

export interface SnapshotCost {
  millis: number;
  bytes: number;
}

/** Building and sending takes minutes on the largest heaps. */
const TIMEOUT_MILLIS = 15 * 60_000;

/** The domain is switched off again by whoever switched it on: object ids that were asked for would be forgotten. */
export async function takeSnapshot(session: InspectorSession, out: CaptureStream): Promise<SnapshotCost> {
  let bytes = 0;
  let isTaking = true;
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }: { chunk: string }) => {
    if (!isTaking) return;
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
    isTaking = false;
  }
}
