// The bytes of a heap snapshot, from a file or a stream, plain or gzipped, in chunks that are overwritten by later ones.
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const CHUNK_BYTES = 2 ** 20;

/** Reads ahead by one chunk, so that the disk works while somebody takes the last chunk apart. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];
    let pending = read(file, buffers[0]!);
    for (let turn = 1; ; turn++) {
      const chunk = await pending;
      if (chunk.length === 0) return;
      pending = read(file, buffers[turn % 2]!);
      // When nobody wants more, the read ahead ends unseen.
      pending.catch(() => undefined);
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, buffer: Buffer): Promise<Uint8Array> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length);
  return buffer.subarray(0, bytesRead);
}

export function isGzipped(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** As it is, or unpacked by zlib's own thread if it is gzipped. Errors of either come out of the iteration. */
export async function unpacked(stream: Readable): Promise<AsyncIterable<Uint8Array>> {
  const start = await firstChunk(stream);
  stream.unshift(start);
  if (!isGzipped(start)) return stream;
  // Either end destroys the other; what went wrong comes out of the iteration.
  return pipeline(stream, createGunzip({ chunkSize: 2 ** 18 }), () => undefined);
}

async function firstChunk(stream: Readable): Promise<Uint8Array> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) return chunk;
  return new Uint8Array(0);
}
