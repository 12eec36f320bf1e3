// Heap snapshots on disk or in a stream, plain or gzipped, read chunk by chunk into a HeapGraph. A big plain file is
// read by two threads.
import { createReadStream, type Stats, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { RecordingError, UsageError } from '../../errors.ts';
import { MalformedSnapshot, TruncatedSnapshot } from '../../model/decode/heap-snapshot/malformed.ts';
import { createSnapshotReader } from '../../model/decode/heap-snapshot/reader.ts';
import type { HeapGraph } from '../../model/heap/heap-graph.ts';
import { allocateIncoming, buildIncoming, type Incoming } from '../../model/heap/incoming.ts';
import { fileChunks, isGzipped, unpacked } from './heap-chunks.ts';
import type { EdgeAnswer, HeapThreadData, TurnRequest } from './heap-thread.ts';

/** Below this a second thread takes longer to start than it saves. */
const TWO_THREADS_BYTES = 32 * 2 ** 20;
/** Deflate packs a run of equal bytes 1,032 to 1; nothing unpacks to more. */
const MAX_UNPACKING = 1032;
/** What a stream of unknown length may promise: more nodes than any V8 heap has. */
const MAX_STREAM_BYTES = 2 ** 37;
/** A thread that has not turned the edges by then is not waited for any longer: the work is done here instead. */
const TURNING_MILLIS = 60_000;

/** Throws UsageError when there is no such file, RecordingError when it is not a whole heap snapshot. */
export async function readHeapSnapshot(
  path: string,
  { twoThreadsFrom = TWO_THREADS_BYTES } = {},
): Promise<HeapGraph> {
  const stat = statFile(path);
  return explained(path, async () => {
    // A pipe can be read only once, so only a file is looked into first.
    if (!stat.isFile()) return readStream(createReadStream(path), MAX_STREAM_BYTES);
    if (isGzipped(await firstBytes(path)))
      return readStream(createReadStream(path), stat.size * MAX_UNPACKING);
    return stat.size < twoThreadsFrom
      ? readChunks(fileChunks(path), stat.size)
      : readWithThread(path, stat.size);
  });
}

/** The same from a stream, such as standard input. `name` stands for it in messages. */
export async function readHeapSnapshotStream(stream: Readable, name: string): Promise<HeapGraph> {
  return explained(name, () => readStream(stream, MAX_STREAM_BYTES));
}

function statFile(path: string): Stats {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) return stat;
  throw new UsageError(
    stat ? `${path} is a folder.` : `${path} does not exist.`,
    'Give a .heapsnapshot file, plain or gzipped.',
  );
}

async function firstBytes(path: string): Promise<Uint8Array> {
  for await (const chunk of createReadStream(path, { end: 15 })) return chunk;
  return new Uint8Array(0);
}

async function readStream(stream: Readable, maxBytes: number): Promise<HeapGraph> {
  return readChunks(await unpacked(stream), maxBytes);
}

async function readChunks(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<HeapGraph> {
  const reader = createSnapshotReader(maxBytes);
  for await (const chunk of chunks) reader.write(chunk);
  return reader.end();
}

async function readWithThread(path: string, size: number): Promise<HeapGraph> {
  const data: HeapThreadData = { path, maxBytes: size };
  const thread = new Worker(threadFile(), {
    workerData: data,
    // It holds next to nothing of its own; V8 would give it room all the same.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  try {
    const answer = firstAnswer(thread);
    // Looked at below; a failure before that must not count as one that nobody handles.
    answer.catch(() => undefined);
    const reader = createSnapshotReader(size, { readEdges: false });
    for await (const chunk of fileChunks(path)) reader.write(chunk);
    const edges = await answer;
    if ('malformed' in edges) throw new MalformedSnapshot(edges.malformed);
    const graph = reader.end(edges.edges);
    thread.unref();
    graph.storage.startTurning = () => startTurning(graph, thread);
    return graph;
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

/** dist/heap-thread.js, also when this file runs from source. */
function threadFile(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../../../dist/heap-thread.js' : './heap-thread.js', import.meta.url);
}

function firstAnswer(thread: Worker): Promise<EdgeAnswer> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the thread that reads the edges ended early')));
  });
}

/** The thread ends when it has turned the edges. Waiting for it blocks: by then there is nothing else to do. */
function startTurning(graph: HeapGraph, thread: Worker): () => Incoming {
  const { nodeCount, edgeCount, firstEdges, edges } = graph.storage;
  graph.storage.startTurning = undefined;
  const outgoing = { nodeCount, edgeCount, firstEdges, edges };
  const incoming = allocateIncoming(nodeCount, edgeCount);
  const done = new Int32Array(new SharedArrayBuffer(4));
  const request: TurnRequest = { outgoing, incoming, done };
  thread.postMessage(request);
  return () =>
    Atomics.wait(done, 0, 0, TURNING_MILLIS) === 'timed-out' ? buildIncoming(outgoing) : incoming;
}

async function explained(name: string, read: () => Promise<HeapGraph>): Promise<HeapGraph> {
  try {
    return await read();
  } catch (error) {
    throw explain(name, error as Error & { code?: string });
  }
}

function explain(name: string, error: Error & { code?: string }): Error {
  const because = (reason: string, hint: string) =>
    new RecordingError(`${name} cannot be read as a heap snapshot: ${reason}.`, hint, { cause: error });
  const again = 'Take it again, and wait until it is written before you copy it.';
  if (error instanceof TruncatedSnapshot) return because(error.message, again);
  if (error.code === 'Z_BUF_ERROR') return because('it ends too early', again);
  if (error instanceof MalformedSnapshot)
    return because(
      error.message,
      /\.(?:tgz|tar\.gz)$/.test(name)
        ? `To read a recording: culprit analyze ${name}`
        : 'Take one with `culprit diagnose <pid> --snapshot force --out <folder>`, v8.writeHeapSnapshot() or DevTools.',
    );
  if (error.code?.startsWith('Z_')) return because('its gzip data are damaged', again);
  if (error instanceof RangeError && /allocation/.test(error.message))
    return because('there is not enough memory for it', 'Read it on a machine with more memory.');
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return new UsageError(`Permission denied for ${name}.`, 'Read it as the user that owns it.');
  return error;
}
