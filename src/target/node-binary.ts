// Tells whether a process runs Node, and which version, from its program file alone: the program is never run,
// and names a process can change (title, comm) count only where the file cannot be read.
// Limits: a renamed program smaller than 30 MB, or one without section headers, is not recognised.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { readCmdline, readExe, readStat } from './proc/proc.ts';
import { known, readText } from './proc/proc-file.ts';

const NODE_NAME = /^(?:node|nodejs|iojs|node-?v?\d[\d.]*|node-MainThread)$/;
// What the inspector answers to GET /json/version: in every build since Node 8, packaged programs included.
const MARK = 'node.js/v';
// Measured on 16 to 26: the mark lies within the first 0.8 MB of .rodata.
const SEARCH_BYTES = 8 * 1024 * 1024;
const SMALLEST_NODE_BYTES = 30 * 1024 * 1024;

const versionByFile = new Map<string, string | null>();

function readAt(file: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
}

/** Offset and size of .rodata in a 64-bit little-endian ELF file (`man 5 elf`). */
function findReadOnlyData(file: number): { offset: number; size: number } | undefined {
  const header = readAt(file, 0, 64);
  if (header.length < 64 || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1)
    return;
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

function searchVersion(path: string): string | null {
  const file = openSync(path, 'r');
  try {
    const data = findReadOnlyData(file);
    if (!data) return null;
    const step = 1024 * 1024;
    const end = data.offset + Math.min(data.size, SEARCH_BYTES);
    for (let offset = data.offset; offset < end; offset += step) {
      // 64 bytes of overlap, so that a mark on the border is seen.
      const chunk = readAt(file, offset, step + 64);
      const at = chunk.indexOf(MARK, 0, 'latin1');
      const text = at < 0 ? '' : chunk.toString('latin1', at + MARK.length - 1, at + 64);
      const version = /^v\d+\.\d+\.\d+[\w.-]*/.exec(text)?.[0];
      if (version) return version;
    }
    return null;
  } finally {
    closeSync(file);
  }
}

function versionInFile(path: string, smallestBytes: number): string | null {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    if (size < smallestBytes) return null;
    const key = `${dev}:${ino}:${size}:${mtimeMs}`;
    const version = versionByFile.get(key) ?? searchVersion(path);
    versionByFile.set(key, version);
    return version;
  } catch {
    // Gone, unreadable, or not an ELF file that makes sense: all the same answer, unknown.
    return null;
  }
}

/** "v20.20.2" out of the program file (about 2 ms for each distinct file, then cached), or null: unknown. */
export function readNodeVersion(pid: number, root = '/proc'): string | null {
  const version = versionInFile(`${root}/${pid}/exe`, SMALLEST_NODE_BYTES);
  if (version) return version;
  // Debian and Fedora build a tiny program around a shared libnode.so.
  const library = /(\/\S*\/libnode\.so\S*)/.exec(known(readText(`${root}/${pid}/maps`)) ?? '')?.[1];
  return library ? versionInFile(`${root}/${pid}/root${library}`, 0) : null;
}

/** Whether the process runs Node: by its program's name, else by its content, else (unreadable) by its comm. */
export function isNodeProcess(pid: number, root = '/proc'): boolean {
  const exe = readExe(pid, root);
  if (typeof exe === 'string') {
    return NODE_NAME.test(basename(exe)) || versionInFile(`${root}/${pid}/exe`, SMALLEST_NODE_BYTES) !== null;
  }
  const program = basename(readCmdline(pid, root)?.[0] ?? '');
  return NODE_NAME.test(readStat(pid, root)?.comm ?? '') || NODE_NAME.test(program);
}
