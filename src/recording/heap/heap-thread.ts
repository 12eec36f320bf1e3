// A thread of its own for big heap snapshots: reads the edges while the main thread reads the nodes and strings, and
// then turns them round while the main thread walks them. Started by heap-snapshot.ts with the path and the size.
import { parentPort, workerData } from 'node:worker_threads';
import type { EdgeArrays } from '../../model/decode/heap-snapshot/edges.ts';
import { MalformedSnapshot } from '../../model/decode/heap-snapshot/malformed.ts';
import { createEdgeReader } from '../../model/decode/heap-snapshot/reader.ts';
import { fillIncoming, type Incoming, type Outgoing } from '../../model/heap/incoming.ts';
import { fileChunks } from './heap-chunks.ts';

export interface HeapThreadData {
  path: string;
  maxBytes: number;
}

/** What the thread answers first: the edges, or why there are none. */
export type EdgeAnswer = { edges: EdgeArrays } | { malformed: string };

/** What it is asked then. `done` becomes 1 and is notified when `incoming` is filled. */
export interface TurnRequest {
  outgoing: Outgoing;
  incoming: Incoming;
  done: Int32Array;
}

async function readEdges({ path, maxBytes }: HeapThreadData): Promise<EdgeAnswer> {
  try {
    const reader = createEdgeReader(maxBytes);
    for await (const chunk of fileChunks(path)) if (!reader.write(chunk)) break;
    return { edges: reader.end() };
  } catch (error) {
    if (error instanceof MalformedSnapshot) return { malformed: error.message };
    throw error;
  }
}

parentPort!.once('message', ({ outgoing, incoming, done }: TurnRequest) => {
  fillIncoming(outgoing, incoming);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
});
parentPort!.postMessage(await readEdges(workerData as HeapThreadData));
