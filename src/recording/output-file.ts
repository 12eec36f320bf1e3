// A file that the user asked for. A regular file appears or is replaced as a whole, under its own name only when it is
// complete; a symbolic link is followed. Devices, pipes and standard output are written to, never replaced.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

export interface OutputFile {
  /** To write to. It belongs to this file: `complete` or `discard` closes it. */
  fd: number;
  /** Gives the file its name. Throws the error of the file system. */
  complete(): void;
  /** Keeps nothing of it; a file that was there before stays as it was. Never throws. */
  discard(): void;
}

/** Files that hold what was read from a process are their owner's. */
const PRIVATE = 0o600;

/** Throws UsageError when `path` cannot be written, as far as this can be known without writing. */
export function checkOutputFile(path: string): void {
  try {
    const place = placeOf(path);
    if (place.kind === 'file') accessSync(join(dirname(place.path), '/'), constants.W_OK | constants.X_OK);
    if (place.kind === 'special') accessSync(place.path, constants.W_OK);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** Throws UsageError when it cannot be written; nothing is left behind then. `mode`: of a new file. */
export function writeOutputFile(path: string, content: string | Uint8Array, mode = PRIVATE): void {
  const file = openOutputFile(path, mode);
  try {
    writeAll(file.fd, typeof content === 'string' ? Buffer.from(content) : content);
    file.complete();
  } catch (error) {
    file.discard();
    throw notWritten(path, error);
  }
}

/** Throws UsageError. A named pipe opens when somebody reads from it. */
export function openOutputFile(path: string, mode = PRIVATE): OutputFile {
  try {
    const place = placeOf(path);
    if (place.kind === 'stream') return { fd: place.fd, complete() {}, discard() {} };
    if (place.kind === 'special') return openThrough(place.path);
    return openPartial(place.path, mode);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** `error` as the user can act on it: with the name that was asked for. */
export function notWritten(path: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  const hint = isDiskFull(error) ? 'Free up space there, or choose another place.' : 'Choose another place.';
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const reason = isMissing ? missing(dirname(resolve(path))) : reasonOf(error);
  return new UsageError(`Cannot write ${path}: ${reason}.`, hint, { cause: error });
}

const missing = (folder: string) =>
  existsSync(folder)
    ? 'it is a link into a folder that does not exist'
    : `the folder ${folder} does not exist`;

/** The kernel's own words, without the call that failed and the file that it was made on. */
export function reasonOf(error: unknown): string {
  const { message, syscall } = error as NodeJS.ErrnoException;
  const at = syscall === undefined ? -1 : message.indexOf(`, ${syscall}`);
  return at < 0 ? message.replace(/\.$/, '') : message.slice(0, at);
}

export const FREE_TEMPORARY_SPACE =
  'Free up space there, or set TMPDIR to a folder on a disk that has space.';

/** No room on the disk, or none that this user may take. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** All of it: one call may write a part only, as it does when a disk becomes full. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A reader that has seen enough.
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MILLIS);
    }
  }
}

const AGAIN_MILLIS = 10;

type Place =
  | { kind: 'file' | 'special'; path: string }
  /** Our own standard output or error, under whatever name. */
  | { kind: 'stream'; fd: 1 | 2 };

/** Throws the error of the file system, or UsageError for a folder. */
function placeOf(path: string): Place {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() || (!stat && /[/\\]$/.test(path)))
    throw new UsageError(`Cannot write ${path}: it is a folder.`, 'Give the name of a file.');
  if (!stat) return { kind: 'file', path: followed(path) };
  const fd = ([1, 2] as const).find((fd) => isOpenAs(fd, stat));
  if (fd !== undefined) return { kind: 'stream', fd };
  return stat.isFile() ? { kind: 'file', path: realpathSync(path) } : { kind: 'special', path };
}

function isOpenAs(fd: number, { dev, ino }: Stats): boolean {
  try {
    const open = fstatSync(fd);
    return open.dev === dev && open.ino === ino;
  } catch {
    return false;
  }
}

const MOST_LINKS = 40;

/** Where a new file will be: a link may lead to a file that is not there yet. */
function followed(path: string): string {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    const folder = realpathSync(dirname(at));
    at = join(folder, basename(at));
    try {
      at = resolve(folder, readlinkSync(at));
    } catch {
      return at;
    }
  }
  return at;
}

function openThrough(path: string): OutputFile {
  const close = closing(openSync(path, constants.O_WRONLY | constants.O_NOCTTY));
  return { fd: close.fd, complete: close.once, discard: () => quietly(close.once) };
}

function openPartial(path: string, mode: number): OutputFile {
  const partial = `${path}.partial-${process.pid}`;
  // Of a culprit with this pid that was killed.
  rmSync(partial, { force: true });
  const { fd, once } = closing(openSync(partial, 'wx', mode));
  return {
    fd,
    complete() {
      once();
      renameSync(partial, path);
    },
    discard() {
      quietly(once);
      quietly(() => rmSync(partial, { force: true }));
    },
  };
}

/** A second close could hit another file that has the number by then. */
function closing(fd: number): { fd: number; once: () => void } {
  let isOpen = true;
  const once = () => {
    if (isOpen) {
      isOpen = false;
      closeSync(fd);
    }
  };
  return { fd, once };
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {}
}
