// Which JavaScript runtime a process is, from its program file alone: Node.js, or one that answers to the same signal or
// protocol and must not be mistaken for it.
import { dirname } from 'node:path';
import { known, readNames } from '../proc/proc-file.ts';
import type { ProcessTable, ProgramFiles } from '../table/process-table.ts';
import { isNodeProcess, nameOfProgram, readNodeVersion } from './node-binary.ts';
import { type ProgramMark, versionInProgram } from './program-file.ts';

export type RuntimeName = 'Node.js' | 'Deno' | 'Bun' | 'Electron';
export type OtherRuntime = Exclude<RuntimeName, 'Node.js'>;

/** `version` as the runtime writes it ("v20.20.2", "2.9.6"); null: the program file does not tell. */
export interface Runtime {
  name: RuntimeName;
  version: string | null;
}

const MIB = 1024 * 1024;
/** Measured on Deno 2.9: 22 MB into the file. An older version that some other program names comes before it. */
const DENO: ProgramMark = { before: 'Deno/', version: /^[1-9]\d*\.\d+\.\d+/, bytes: 64 * MIB };
const BUN: ProgramMark = { before: 'Bun/', version: /^\d+\.\d+\.\d+/, bytes: 64 * MIB };
/** Deno and Bun are larger, also as what `compile` makes of a program. */
const LEAST_BYTES = 40 * MIB;

/** Chromium's resources lie beside the program of every Electron app; no other program of Node's has them. */
const ELECTRON_FILES = ['chrome_100_percent.pak', 'v8_context_snapshot.bin'];

/** Null: none that we know. Costs some milliseconds for each distinct program file of that size, once. */
export function readRuntime(pid: number, table: ProcessTable): Runtime | null {
  const program = table.program(pid);
  const name = nameOfProgram(program);
  const versionBy = (mark: ProgramMark) => versionInProgram(program.file, mark, LEAST_BYTES);
  if (/^(deno|denort)(\.exe)?$/.test(name)) return { name: 'Deno', version: versionBy(DENO) };
  if (/^bunx?(\.exe)?$/.test(name)) return { name: 'Bun', version: versionBy(BUN) };
  if (isNodeProcess(pid, table)) {
    const version = readNodeVersion(pid, table);
    return { name: isElectron(program) ? 'Electron' : 'Node.js', version };
  }
  for (const [other, mark] of [['Deno', DENO] as const, ['Bun', BUN] as const]) {
    const version = versionBy(mark);
    if (version !== null) return { name: other, version };
  }
  return null;
}

function isElectron({ path, seenAt }: ProgramFiles): boolean {
  if (path === undefined) return false;
  const beside = known(readNames(seenAt(dirname(path)))) ?? [];
  return ELECTRON_FILES.every((file) => beside.includes(file));
}

/** Why it is not attached to, as a clause ("it runs Bun, ..."), and what works instead. */
export function sayOtherRuntime(name: OtherRuntime): { reason: string; cure: string } {
  return OTHERS[name];
}

const OTHERS: Record<OtherRuntime, { reason: string; cure: string }> = {
  Deno: {
    reason: 'it runs Deno, not Node.js, and what culprit installs in a process could end it',
    cure: 'Start it with `deno run --inspect`, and open chrome://inspect in Chrome. Save a CPU profile there and pass it to `culprit analyze` or `culprit flame`, or save a heap snapshot and pass it to `culprit heap`.',
  },
  Bun: {
    reason: 'it runs Bun, not Node.js: its inspector speaks another protocol, and SIGUSR1 would end it',
    cure: 'Start it with `bun --cpu-prof` and pass the .cpuprofile that it writes on exit to `culprit analyze` or `culprit flame`. Or start it with `bun --heap-prof` and pass the heap snapshot to `culprit heap`.',
  },
  Electron: {
    reason: 'it is an Electron app (such as VS Code), and culprit sends no signals to those',
    cure: 'Start the app with --inspect=127.0.0.1:0 (the extension host of VS Code with --inspect-extensions=PORT) and give culprit the address of the inspector.',
  },
};
