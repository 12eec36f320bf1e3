// Runs a program of the user's: its arguments as they are written, no shell, a deadline, and its output kept within bounds.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { ExecAction } from '../config/watch-config.ts';

/** What the program is told, in its environment and as JSON on its standard input. */
export interface Told {
  rule: string;
  target: string;
  level: string;
  why: string;
  pid: number | null;
  /** The folder with the evidence; its output goes there, too. */
  evidence: string | null;
  findings: readonly string[];
}

const MOST_OUTPUT = 1_000_000;
const PATIENCE_MILLIS = 3_000;
const DRAIN_MILLIS = 500;

/** Resolves with how it went: null where it went well. Never rejects. */
export function runProgram(
  { command, timeoutMillis }: ExecAction,
  told: Told,
  { outputFile, signal }: { outputFile: string | null; signal: AbortSignal },
): Promise<string | null> {
  const [program = '', ...args] = command.map((word) => filled(word, told));
  const env = { ...process.env, ...environmentOf(told) };
  // In a process group of its own: what it starts in turn ends with it.
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env, detached: true, shell: false });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      if (bytes < MOST_OUTPUT) chunks.push(chunk.subarray(0, MOST_OUTPUT - bytes));
      bytes += chunk.length;
    });
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify(told)}\n`);
  return new Promise((resolve) => {
    let problem: string | null = null;
    const end = (why: string) => {
      problem = why;
      killGroup(child.pid, 'SIGTERM');
      setTimeout(() => killGroup(child.pid, 'SIGKILL'), PATIENCE_MILLIS).unref();
    };
    const timer = setTimeout(() => end(`it did not end within ${timeoutMillis / 1_000} s`), timeoutMillis);
    const stop = () => end('the watch ended');
    signal.addEventListener('abort', stop, { once: true });
    const done = (outcome: string | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (outputFile !== null) keep(outputFile, chunks);
      resolve(problem ?? outcome);
    };
    child.once('error', ({ message }) => done(`it did not start: ${message}`));
    // What it left behind may hold its output open.
    child.once('exit', () =>
      setTimeout(() => [child.stdout, child.stderr].map((stream) => stream.destroy()), DRAIN_MILLIS),
    );
    child.once('close', (code, by) => done(code === 0 ? null : `it ended with ${by ?? `exit code ${code}`}`));
  });
}

/** Only what we choose ourselves: a name of the target could be taken for an option. */
function filled(word: string, { rule, level, pid, evidence }: Told): string {
  const values: Record<string, string> = { rule, level, pid: String(pid ?? ''), evidence: evidence ?? '' };
  return word.replace(/\{(rule|level|pid|evidence)\}/g, (_, name: string) => values[name] ?? '');
}

function environmentOf({ rule, target, level, why, pid, evidence }: Told): Record<string, string> {
  const clean = (text: string) => text.replaceAll('\0', '');
  return {
    CULPRIT_RULE: rule,
    CULPRIT_TARGET: clean(target),
    CULPRIT_LEVEL: level,
    CULPRIT_WHY: clean(why),
    CULPRIT_PID: String(pid ?? ''),
    CULPRIT_EVIDENCE: evidence ?? '',
  };
}

function killGroup(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // Nobody is left in it.
  }
}

function keep(file: string, chunks: readonly Buffer[]): void {
  try {
    writeFileSync(file, Buffer.concat(chunks), { mode: 0o600 });
  } catch {
    // A full disk must not undo what the program did.
  }
}
