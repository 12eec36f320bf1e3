// Runs one program and reads all of its output: for queries with short answers.
import { spawn } from 'node:child_process';
import { AttachError } from '../errors.ts';

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

const MOST_BYTES = 64 * 2 ** 20;

/** Throws AttachError when the program is not there, or does not end within `timeoutMillis`. */
export function ask(words: readonly string[], timeoutMillis = 30_000): Promise<Answer> {
  const [program = '', ...args] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMillis });
    const answer: Answer = { code: null, stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        if (answer[stream].length < MOST_BYTES) answer[stream] += text;
      });
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(program, error)));
    child.once('close', (code, signal) => {
      if (signal === null) return resolve({ ...answer, code });
      reject(
        new AttachError(
          `${program} did not answer within ${timeoutMillis / 1_000} s.`,
          'Check that the cluster or host is reachable. Try the same command without culprit.',
        ),
      );
    });
  });
}

/** The error for a program that could not be started. */
export function notStarted(program: string, error: NodeJS.ErrnoException): AttachError {
  return error.code === 'ENOENT'
    ? new AttachError(
        `${program} is not on the PATH.`,
        `Install ${program}, or choose another transport with --via (kubectl, podman, docker, ssh).`,
      )
    : new AttachError(
        `${program} could not be started: ${error.message}`,
        'Check that you have permission to run it.',
      );
}
