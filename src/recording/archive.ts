// Recordings as one gzipped tar. Packing a folder; and unpacking what came as a file or a stream: found behind whatever a
// wrapper printed before it, taken as far as it goes when it was cut off, put together again from its pieces.
import {
  appendFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createInflateRaw, constants as zlib } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { RecordingError } from '../errors.ts';
import { wholeName } from './format.ts';
import { notWritten, openOutputFile } from './output-file.ts';

/** Packs a finished recording: to a file under its final name only when whole, or to a stream, which stays open. Throws UsageError. */
export async function packRecording(dir: string, to: string | NodeJS.WritableStream): Promise<void> {
  const tar = pack();
  const filled = fill(tar, dir);
  filled.catch((error: Error) => tar.destroy(error));
  if (typeof to !== 'string') {
    await pipeline(tar, createGzip(), to, { end: false });
    return filled;
  }
  const output = openOutputFile(to);
  try {
    await pipeline(tar, createGzip(), createWriteStream(to, { fd: output.fd, autoClose: false }));
    await filled;
    output.complete();
  } catch (error) {
    output.discard();
    throw notWritten(to, error);
  }
}

/** Of an archive that is cut off, the beginning is there: what says most comes first. */
const SAMPLES = 'samples.jsonl';
const FIRST = ['manifest.json', SAMPLES, 'sources.json'];

async function fill(tar: ReturnType<typeof pack>, dir: string): Promise<void> {
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  for (const name of readdirSync(dir).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    const stat = lstatSync(join(dir, name));
    if (!stat.isFile()) continue;
    const { size, mtime } = stat;
    const entry = tar.entry({ name: `${basename(dir)}/${name}`, size, mtime, mode: 0o600 });
    await pipeline(createReadStream(join(dir, name)), entry);
  }
  tar.finalize();
}

export interface Unpacked {
  /** Bytes that stood before the archive: a wrapper's words. */
  strayBytes: number;
  /** Why the end is missing; undefined when it is there. */
  cutBy: string | undefined;
}

/** A hostile archive may unpack to more than any disk. */
const MAX_UNPACKED_BYTES = 2_000 * 2 ** 20;

/** Unpacks a file into the empty folder `dir`. */
export async function unpackFile(path: string, dir: string): Promise<Unpacked> {
  return unpackStream(createReadStream(path), dir);
}

/** The same for a stream that is just coming in. What arrived whole is there, whatever happened then. */
export async function unpackStream(input: Readable, dir: string): Promise<Unpacked> {
  // Not gunzip: it takes words that follow the end for a broken second archive, and drops what came before them.
  const inflate = createInflateRaw({ finishFlush: zlib.Z_SYNC_FLUSH });
  const unpacked = untar(inflate, dir);
  const fed = await feed(input, inflate);
  const cutBy = (await unpacked) ?? fed.cutBy;
  joinPieces(dir);
  return { strayBytes: fed.strayBytes, cutBy };
}

/**
 * Resolves with why it ended early, or undefined. A file has its name only when it is whole; samples count line by line, and
 * those before a break are kept.
 */
async function untar(inflate: Readable, dir: string): Promise<string | undefined> {
  const tar = extract();
  const incoming = join(dir, '.incoming');
  let bytes = 0;
  const reading = (async (): Promise<undefined> => {
    for await (const entry of tar) {
      const { type, name, size = 0 } = entry.header;
      const file = /^(?:\.\/)?(?:[^/]+\/)?([\w.-]{1,200})$/.exec(name)?.[1];
      bytes += size;
      // A name alone: nothing in an archive may lead out of the folder, or be more than the disk holds.
      const isWanted = type === 'file' && file !== undefined && bytes < MAX_UNPACKED_BYTES;
      if (!isWanted) entry.resume();
      else {
        const output = createWriteStream(incoming, { mode: 0o600 });
        const closed = new Promise<void>((resolve) => output.once('close', resolve));
        // A file that is still to be opened when the archive breaks off would appear after it was removed.
        await pipeline(entry, output).catch(async (error: Error) => {
          await closed;
          if (file === SAMPLES && existsSync(incoming)) renameSync(incoming, join(dir, file));
          throw error;
        });
        renameSync(incoming, join(dir, file));
      }
    }
  })();
  const ending = watchEnding(inflate);
  // What was inflated before a break is whole; and what follows an end, if anything, is no part of it.
  inflate.on('error', () => void tar.end(undefined));
  inflate.pipe(tar);
  const broken = await reading.catch((error: Error) => error.message);
  inflate.unpipe(tar).resume();
  rmSync(incoming, { force: true });
  return ending.isWhole() ? undefined : (broken ?? ending.brokenBy() ?? 'its end is missing');
}

/** A tar ends in two empty blocks of 512 bytes. */
const END_BYTES = 1_024;

function watchEnding(inflate: Readable): { isWhole(): boolean; brokenBy(): string | undefined } {
  let tail = Buffer.alloc(0);
  let brokenBy: string | undefined;
  inflate.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk.subarray(-END_BYTES)]).subarray(-END_BYTES);
  });
  inflate.on('error', (error: Error) => {
    brokenBy ??= error.message;
  });
  return {
    isWhole: () => tail.length === END_BYTES && tail.every((byte) => byte === 0),
    brokenBy: () => brokenBy,
  };
}

interface Fed {
  strayBytes: number;
  cutBy?: string;
}

const MOST_STRAY_BYTES = 4 * 2 ** 20;
const NOT_GZIPPED = 'it is not gzipped';
const EMPTY = 'it is empty';

async function feed(input: Readable, inflate: Writable): Promise<Fed> {
  const fed: Fed = { strayBytes: 0 };
  let before: Buffer | null = Buffer.alloc(0);
  const toGunzip = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (before === null) return pass(inflate, chunk, done);
      before = Buffer.concat([before, chunk]);
      const found = findArchive(before);
      if (!found) return done(before.length > MOST_STRAY_BYTES ? new Error(NOT_GZIPPED) : null);
      fed.strayBytes = found.at;
      const archived = before.subarray(found.dataAt);
      before = null;
      pass(inflate, archived, done);
    },
  });
  try {
    await pipeline(input, toGunzip);
    if (before !== null) fed.cutBy = before.length === 0 ? EMPTY : NOT_GZIPPED;
  } catch (error) {
    fed.cutBy = (error as Error).message;
  }
  inflate.end();
  return fed;
}

/** The header of gzip (RFC 1952): 1f 8b, deflate (8), flags, 6 bytes; with flag 8 a name that ends in a zero. */
function findArchive(bytes: Buffer): { at: number; dataAt: number } | undefined {
  for (let at = bytes.indexOf(GZIP); at >= 0; at = bytes.indexOf(GZIP, at + 1)) {
    const flags = bytes[at + 3];
    const nameEnd = flags === 8 ? bytes.indexOf(0, at + HEADER_BYTES) : at + HEADER_BYTES - 1;
    if ((flags === 0 || flags === 8) && nameEnd >= 0 && nameEnd < bytes.length)
      return { at, dataAt: nameEnd + 1 };
  }
  return undefined;
}

const GZIP = Buffer.from([0x1f, 0x8b, 8]);
const HEADER_BYTES = 10;

/** Broken data ends the reader; what still comes is let go. */
function pass(inflate: Writable, chunk: Buffer, done: () => void): void {
  if (inflate.destroyed || inflate.write(chunk)) {
    done();
    return;
  }
  const goOn = () => {
    inflate.off('drain', goOn).off('close', goOn);
    done();
  };
  inflate.once('drain', goOn).once('close', goOn);
}

/** In the order of their numbers. */
function joinPieces(dir: string): void {
  const pieces = readdirSync(dir).filter((name) => wholeName(name) !== undefined);
  for (const piece of pieces.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    appendFileSync(join(dir, wholeName(piece)!), readFileSync(join(dir, piece)), { mode: 0o600 });
    rmSync(join(dir, piece));
  }
}

/** What to say of an archive without a manifest: nothing in it can be told from anything else. */
export function noManifest(name: string, { cutBy }: Unpacked): RecordingError {
  if (cutBy === undefined)
    return new RecordingError(
      `${name} is an archive without a recording: it has no manifest.json.`,
      'Give what `culprit record` wrote.',
    );
  if (cutBy === EMPTY || cutBy === NOT_GZIPPED)
    return new RecordingError(`${name} is not a recording: ${cutBy}.`, 'Give what `culprit record` wrote.');
  return new RecordingError(
    `${name} ends before its manifest.json arrived, so nothing in it can be read: ${cutBy}.`,
    'Was the transfer cut short? Record again.',
  );
}
