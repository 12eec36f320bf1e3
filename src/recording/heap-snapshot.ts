// Heap snapshots on disk or in a stream, plain or gzipped, read chunk by chunk into a HeapGraph.
import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { RecordingError, UsageError } from '../errors.ts';
import { MalformedSnapshot, TruncatedSnapshot } from '../model/decode/heap-snapshot/malformed.ts';
import { createSnapshotReader } from '../model/decode/heap-snapshot/reader.ts';
import type { HeapGraph } from '../model/heap-graph.ts';

const CHUNK_BYTES = 2 ** 20;

/** Throws UsageError when there is no such file, RecordingError when it is not a whole heap snapshot. */
export async function readHeapSnapshot(path: string): Promise<HeapGraph> {
  const { size } = statSync(path);
  const reader = createSnapshotReader(size);
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) reader.write(chunk);
  return reader.end();
}
