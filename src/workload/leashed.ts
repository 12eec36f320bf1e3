// Starts command lines that never outlive culprit: each is held by a leash (leash.ts), even when culprit is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Leashed {
  /** Of the leash; the command's processes are below it. */
  pid: number;
  /** The end of what it printed, both streams, as far as it is kept. */
  tail(): string;
  /** Its standard output so far, up to a limit. */
  output(): string;
  hasEnded(): boolean;
  /** The exit code; 128 and more: a signal ended it. */
  readonly ended: Promise<number>;
  /** Ends it and all that it started. */
  end(): Promise<void>;
}

const MOST_OUTPUT = 4 * 2 ** 20;
const TAIL = 4_000;

/** Runs `command` in a shell. Never rejects: what cannot be started has ended. */
export function startLeashed(command: string, options: { cwd: string; env: NodeJS.ProcessEnv }): Leashed {
  // Beside us in dist/, where this file is part of one bundle.
  const leash = fileURLToPath(new URL('./leash.js', import.meta.url));
  // What the program is told with NODE_OPTIONS is not for the leash.
  const { NODE_OPTIONS = '', ...env } = options.env;
  const child = spawn(process.execPath, [leash, command, NODE_OPTIONS], {
    cwd: options.cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return watch(child);
}

function watch(child: ChildProcess): Leashed {
  let tail = '';
  let output = '';
  const keep = (text: string) => {
    tail = (tail + text).slice(-TAIL);
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    keep(text);
    if (output.length < MOST_OUTPUT) output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', keep);
  child.stdin?.on('error', () => {});
  let hasEnded = false;
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      keep(error.message);
      hasEnded = true;
      resolve(127);
    });
    // Not "exit": what it printed last is still to come.
    child.once('close', (code) => {
      hasEnded = true;
      resolve(code ?? 128);
    });
  });
  return {
    pid: child.pid ?? 0,
    tail: () => tail,
    output: () => output,
    hasEnded: () => hasEnded,
    ended,
    async end() {
      if (hasEnded) return;
      child.stdin?.end();
      await ended;
    },
  };
}
