// Whether the files that a command is to write can be written, looked at before it begins: a capture takes its time.
import { checkOutputFile } from '../../recording/output-file.ts';

/** Options whose value is a file to write, in every command that has them. */
const FILES = [
  'html',
  'json',
  'markdown',
  'junit',
  'sarif',
  'flame',
  'trace',
  'save',
  'saveBaseline',
  'record',
] as const;

/** `options` as commander names them. "-" is standard output. Throws UsageError. */
export function checkOutputs(command: string, options: Readonly<Record<string, unknown>>): void {
  // Of other commands --out is a recording, which they check themselves.
  const names = command === 'flame' ? ['out'] : FILES;
  for (const name of names) {
    const path = options[name];
    if (typeof path === 'string' && path !== '-') checkOutputFile(path);
  }
}
