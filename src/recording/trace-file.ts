// A trace file: beside the recording, streamed to disk, under its final name only when it is whole.
import { createWriteStream, openSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { UsageError } from '../errors.ts';
import type { CaptureStream } from '../signals/sink.ts';

/** Throws UsageError when it cannot be written, before anything is traced. An older file of that name is replaced. */
export function createTraceFile(path: string): CaptureStream {
  const partial = `${resolve(path)}.partial-${process.pid}`;
  let fd: number;
  try {
    fd = openSync(partial, 'wx', 0o600);
  } catch (error) {
    throw new UsageError(
      `Cannot write ${path}: ${(error as Error).message}`,
      'Choose another file for --trace.',
      {
        cause: error,
      },
    );
  }
  const file = createWriteStream(partial, { fd });
  const written = finished(file);
  // Whoever ends the stream hears of it.
  written.catch(() => {});
  return {
    write: (chunk) => void file.write(chunk),
    async end() {
      file.end();
      await written;
      renameSync(partial, resolve(path));
    },
    async discard() {
      file.destroy();
      await written.catch(() => {});
      rmSync(partial, { force: true });
    },
  };
}
