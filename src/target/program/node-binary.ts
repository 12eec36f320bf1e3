// Tells whether a process runs Node, and which version, from its program file alone: the program is never run,
// and names a process can change (title, comm) count only where the file cannot be read.
// Limits: a renamed program smaller than 30 MB, or one without section headers, is not recognised.
import { basename } from 'node:path';
import { readCmdline, readExe, readStat } from '../proc/proc.ts';
import { known, readText } from '../proc/proc-file.ts';
import { type ProgramMark, versionInProgram } from './program-file.ts';

const NODE_NAME = /^(?:node|nodejs|iojs|node-?v?\d[\d.]*|node-MainThread)$/;
// What the inspector answers to GET /json/version: in every build since Node 8, packaged programs included.
// Measured on 16 to 26: the mark lies within the first 0.8 MB of .rodata.
const NODE_MARK: ProgramMark = {
  before: 'node.js/',
  version: /^v\d+\.\d+\.\d+[\w.-]*/,
  bytes: 8 * 1024 * 1024,
};
const SMALLEST_NODE_BYTES = 30 * 1024 * 1024;

const versionInFile = (path: string, leastBytes: number) => versionInProgram(path, NODE_MARK, leastBytes);

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
