// What could not be written. It is said at once, all other outputs are still written, and the exit code tells it in the end.
import { type CulpritError, UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { escapeControls } from '../../report/escape.ts';

let hasFailed = false;

/** Whether it was written. Throws what is no UsageError. */
export function tryToWrite(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    noteUnwritten(error);
    return false;
  }
}

export function noteUnwritten(error: UsageError): void {
  hasFailed = true;
  tellError(error);
}

/** Of a command that would have ended with `code`. */
export function exitCodeWithOutputs(code: ExitCode): ExitCode {
  return hasFailed && code !== EXIT.interrupted ? EXIT.wrongUse : code;
}

/** On standard error, with its cure. */
export function tellError(error: CulpritError, more?: string): void {
  const lines = [`culprit: ${shown(error.message)}`];
  for (const line of [error.hint, more]) if (line) lines.push(`  ${shown(line)}`);
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Messages may quote names from the target; a list to choose from keeps its lines. */
function shown(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeControls(line))
    .join('\n');
}
