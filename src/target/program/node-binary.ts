// Tells whether a process runs Node, and which version, from its program file alone: the program is never run,
// and names a process can change (title, comm) count only where the file cannot be read.
// Limits: a renamed program smaller than 30 MB, or one without section headers, is not recognised.
import { basename } from 'node:path';
import type { ProcessTable, ProgramFiles } from '../table/process-table.ts';
import { processTable } from '../table/system-table.ts';
import { type ProgramMark, versionInProgram } from './program-file.ts';

const NODE_NAME = /^(?:(?:node|nodejs|iojs|node-?v?\d[\d.]*)(?:\.exe)?|node-MainThread)$/;
// What the inspector answers to GET /json/version: in every build since Node 8, packaged programs included.
// Measured on 16 to 26: the mark lies within the first 0.8 MB of .rodata.
const NODE_MARK: ProgramMark = {
  before: 'node.js/',
  version: /^v\d+\.\d+\.\d+[\w.-]*/,
  bytes: 8 * 1024 * 1024,
};
const SMALLEST_NODE_BYTES = 30 * 1024 * 1024;

/** Without its folder; empty where it may not be read. */
export function nameOfProgram({ path = '' }: ProgramFiles): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

const versionInFile = (path: string, leastBytes: number) => versionInProgram(path, NODE_MARK, leastBytes);

/** "v20.20.2" out of the program file (about 2 ms for each distinct file, then cached), or null: unknown. */
export function readNodeVersion(pid: number, table: ProcessTable = processTable()): string | null {
  const program = table.program(pid);
  const version = versionInFile(program.file, SMALLEST_NODE_BYTES);
  if (version) return version;
  // Debian and Fedora build a tiny program around a shared libnode.so.
  const library = program.library(/^libnode\.so/);
  return library ? versionInFile(program.seenAt(library), 0) : null;
}

/** Whether the process runs Node: by its program's name, else by its content, else (unreadable) by its comm. */
export function isNodeProcess(pid: number, table: ProcessTable = processTable()): boolean {
  const program = table.program(pid);
  if (program.path !== undefined)
    return (
      NODE_NAME.test(nameOfProgram(program)) || versionInFile(program.file, SMALLEST_NODE_BYTES) !== null
    );
  const called = basename(table.argv(pid)?.[0] ?? '');
  return NODE_NAME.test(table.stat(pid)?.comm ?? '') || NODE_NAME.test(called);
}
