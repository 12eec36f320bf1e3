// The text of a file, however it is compressed and encoded: gzip, zstd, a byte order mark, UTF-16.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import * as zlib from 'node:zlib';
import { RecordingError } from '../../errors.ts';

/** V8 holds no longer string. */
export const MAX_TEXT_BYTES = 500 * 2 ** 20;

export interface FileContent {
  /** Unpacked. */
  bytes: Buffer;
  text: string;
}

/** Throws RecordingError when it cannot be read, is too large, or is packed in a way that Node.js cannot unpack. */
export function readFileContent(path: string): FileContent {
  const bytes = unpack(readBytes(path), basename(path));
  return { bytes, text: decodeText(bytes) };
}

function readBytes(path: string): Buffer {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error('it is not a file');
    if (stat.size > MAX_TEXT_BYTES) throw new Error(`larger than ${MAX_TEXT_BYTES / 2 ** 20} MB`);
    return readFileSync(path);
  } catch (error) {
    throw new RecordingError(
      `Cannot read ${basename(path)}: ${(error as Error).message}`,
      'Check the path.',
      { cause: error },
    );
  }
}

/** By their first bytes; those that Node.js has no way to unpack come with the command that does. */
const PACKINGS: readonly { magic: readonly number[]; name: string; command: string }[] = [
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd', command: 'zstd -d' },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], name: 'xz', command: 'xz -d' },
  { magic: [0x42, 0x5a, 0x68], name: 'bzip2', command: 'bunzip2' },
  { magic: [0x50, 0x4b, 0x03, 0x04], name: 'zip', command: 'unzip' },
];

/** Something may have been packed twice. */
const MOST_LAYERS = 3;

function unpack(bytes: Buffer, name: string, layer = 0): Buffer {
  const starts = (magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);
  const found = PACKINGS.find(({ magic }) => starts(magic));
  const inflate = starts([0x1f, 0x8b]) ? gunzip : found?.name === 'zstd' ? zstd() : undefined;
  if (inflate && layer < MOST_LAYERS) return unpack(inflateAll(inflate, bytes, name), name, layer + 1);
  if (found)
    throw new RecordingError(
      `${name} is packed with ${found.name}.`,
      `Unpack it first: \`${found.command} ${name}\`.`,
    );
  return bytes;
}

type Inflate = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;

/** What follows the end of the archive is passed over; of one that was cut off what is there is taken. */
const gunzip: Inflate = (bytes, options) =>
  zlib.gunzipSync(bytes, { ...options, finishFlush: zlib.constants.Z_SYNC_FLUSH });

/** Newer versions of Node.js have it. */
function zstd(): Inflate | undefined {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Inflate };
  return zstdDecompressSync;
}

function inflateAll(inflate: Inflate, bytes: Buffer, name: string): Buffer {
  try {
    return inflate(bytes, { maxOutputLength: MAX_TEXT_BYTES });
  } catch (error) {
    const isTooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    const what = isTooLarge
      ? `unpacks to more than ${MAX_TEXT_BYTES / 2 ** 20} MB`
      : 'is damaged: it does not unpack';
    throw new RecordingError(
      `${name} ${what}.`,
      isTooLarge ? 'Record for a shorter time.' : 'Copy it again.',
      {
        cause: error,
      },
    );
  }
}

/** UTF-8 unless a byte order mark, or the zero bytes of UTF-16 around its first character, say otherwise. */
function decodeText(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (first === 0xfe && second === 0xff) return swapped(bytes.subarray(2)).toString('utf16le');
  if (first !== 0 && second === 0) return bytes.toString('utf16le');
  if (first === 0 && second !== 0 && second !== undefined) return swapped(bytes).toString('utf16le');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function swapped(bytes: Buffer): Buffer {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  return Buffer.from(even).swap16();
}
