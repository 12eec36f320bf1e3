// A trace file: beside the recording, streamed to disk, under its final name only when it is whole.
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { CaptureStream } from '../signals/sink.ts';
import { openOutputFile, reasonOf } from './output-file.ts';

/** Throws UsageError when it cannot be written, before anything is traced. An older file of that name is replaced. */
export function createTraceFile(path: string): CaptureStream {
  const output = openOutputFile(path);
  const file = createWriteStream(path, { fd: output.fd, autoClose: false });
  const written = finished(file);
  // Whoever ends the stream hears of it.
  written.catch(() => {});
  return {
    write: (chunk) => void file.write(chunk),
    async end() {
      file.end();
      try {
        await written;
        output.complete();
      } catch (error) {
        output.discard();
        throw new Error(reasonOf(error), { cause: error });
      }
    },
    async discard() {
      file.destroy();
      await written.catch(() => {});
      output.discard();
    },
  };
}
