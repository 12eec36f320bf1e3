// A file that is there whole or as it was before: written beside it, then renamed.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Throws what the file system throws (a full disk, say); the old file stays then. */
export function writeWhole(path: string, content: string): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    const file = openSync(partial, 'w', 0o600);
    try {
      writeSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
