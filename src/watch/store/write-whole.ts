// A file that is there whole or as it was before, also after the machine lost its power.
import { fsyncSync } from 'node:fs';
import { openOutputFile, writeAll } from '../../recording/output-file.ts';

/** Throws UsageError, or what the file system throws (a full disk, say); the old file stays then. */
export function writeWhole(path: string, content: string): void {
  const file = openOutputFile(path);
  try {
    writeAll(file.fd, Buffer.from(content));
    fsyncSync(file.fd);
    file.complete();
  } catch (error) {
    file.discard();
    throw error;
  }
}
