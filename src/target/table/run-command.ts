// A command of the system, for its output.
import { execFileSync } from 'node:child_process';

/** Empty where it cannot be run. */
export type RunCommand = (command: string, args: readonly string[]) => string;

const TIMEOUT_MILLIS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

export const runCommand: RunCommand = (command, args) => {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      // Dates and numbers are written as programs expect them.
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: MOST_BYTES,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MILLIS,
      windowsHide: true,
    });
  } catch (error) {
    // `lsof` and `ps` end with 1 where one of several things was not found, and tell the others all the same.
    const { stdout } = error as { stdout?: unknown };
    return typeof stdout === 'string' ? stdout : '';
  }
};
