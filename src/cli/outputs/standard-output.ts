// Standard output in a file: Node makes one call for each write, and what did not fit on a full disk is lost without an
// error. Here all of it is written, or the failure is known.
import { fstatSync } from 'node:fs';
import { UsageError } from '../../errors.ts';
import { EXIT } from '../../exit-codes.ts';
import { isDiskFull, reasonOf, writeAll } from '../../recording/output-file.ts';
import { noteUnwritten } from './failures.ts';

/** To be called once, before anything is written. */
export function watchStandardOutput(): void {
  const { stdout } = process;
  let isTold = false;
  const fail = (error: Error) => {
    if (isTold) return;
    isTold = true;
    noteUnwritten(
      new UsageError(
        `Standard output could not be written completely: ${reasonOf(error)}.`,
        isDiskFull(error)
          ? 'Free up space on the disk that it is written to, or redirect it elsewhere.'
          : 'Redirect it elsewhere.',
        { cause: error },
      ),
    );
  };
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`culprit ... | head`) is no error.
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    fail(error);
  });
  if (!isFileOrDevice(1) || stdout.isTTY) return;
  stdout._write = (chunk: Uint8Array, _encoding, done) => {
    try {
      if (!isTold) writeAll(1, chunk);
    } catch (error) {
      fail(error as Error);
    }
    // The stream stays usable: what comes next must not fail a second time, in another place.
    done();
  };
}

function isFileOrDevice(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || stat.isCharacterDevice();
  } catch {
    return false;
  }
}
