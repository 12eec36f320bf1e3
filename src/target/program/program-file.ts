// What a program file says about itself, read without running it: a search through the constants of an ELF file, or through all of
// a Mach-O or PE file.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

export interface ProgramMark {
  before: string;
  /** Anchored at the start of what follows. */
  version: RegExp;
  /** How much of the constants of an ELF file is searched. */
  bytes: number;
}

function readAt(file: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
}

interface Part {
  offset: number;
  size: number;
}

/** Offset and size of .rodata in a 64-bit little-endian ELF file (`man 5 elf`). */
function findReadOnlyData(file: number, header: Buffer): Part | undefined {
  if (header[4] !== 2 || header[5] !== 1) return undefined;
  const [entryBytes, entries, namesIndex] = [0x3a, 0x3c, 0x3e].map((at) => header.readUInt16LE(at));
  const table = readAt(file, Number(header.readBigUInt64LE(0x28)), entryBytes! * entries!);
  const section = (index: number) => {
    const at = index * entryBytes!;
    const [offset, size] = [at + 0x18, at + 0x20].map((field) => Number(table.readBigUInt64LE(field)));
    return { name: table.readUInt32LE(at), offset: offset!, size: size! };
  };
  const namesSection = section(namesIndex!);
  const names = readAt(file, namesSection.offset, Math.min(namesSection.size, 65_536)).toString('latin1');
  for (let index = 0; index < entries!; index++) {
    const candidate = section(index);
    if (names.startsWith('.rodata\0', candidate.name)) return candidate;
  }
  return undefined;
}

// Mach-O of 64 bits, the same for several processors, PE. https://en.wikipedia.org/wiki/List_of_file_signatures
const PROGRAMS_OF_OTHER_SYSTEMS = /^(cffaedfe|cafebabe|4d5a)/;

function partToSearch(file: number, mark: ProgramMark): Part | undefined {
  const header = readAt(file, 0, 64);
  if (header.length < 64) return undefined;
  if (PROGRAMS_OF_OTHER_SYSTEMS.test(header.toString('hex', 0, 4)))
    return { offset: 0, size: fstatSync(file).size };
  const data = header.readUInt32BE(0) === 0x7f454c46 ? findReadOnlyData(file, header) : undefined;
  return data && { offset: data.offset, size: Math.min(data.size, mark.bytes) };
}

/**
 * The text that follows `mark.before` in the part of a program that is searched, as far as `mark.version` matches
 * it; null: it is not there. Throws where the file cannot be read.
 */
function searchProgram(path: string, mark: ProgramMark): string | null {
  const file = openSync(path, 'r');
  try {
    const part = partToSearch(file, mark);
    if (!part) return null;
    const step = 1024 * 1024;
    const end = part.offset + part.size;
    for (let offset = part.offset; offset < end; offset += step) {
      // 64 bytes of overlap, so that a mark on the border is seen.
      const chunk = readAt(file, offset, step + 64);
      for (let at = chunk.indexOf(mark.before, 0, 'latin1'); at >= 0 && at < step; ) {
        const from = at + mark.before.length;
        const version = mark.version.exec(chunk.toString('latin1', from, from + 48))?.[0];
        if (version) return version;
        at = chunk.indexOf(mark.before, from, 'latin1');
      }
    }
    return null;
  } finally {
    closeSync(file);
  }
}

const versions = new Map<string, string | null>();

/**
 * The version that a program file tells, read once for each distinct file; null also for a file that is gone, not readable,
 * smaller than `leastBytes`, or no program that makes sense.
 */
export function versionInProgram(path: string, mark: ProgramMark, leastBytes: number): string | null {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    if (size < leastBytes) return null;
    const key = `${mark.before}:${dev}:${ino}:${size}:${mtimeMs}`;
    const known = versions.get(key);
    if (known !== undefined) return known;
    const version = searchProgram(path, mark);
    versions.set(key, version);
    return version;
  } catch {
    return null;
  }
}
