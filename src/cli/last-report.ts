// Which HTML report was written last: one line in a file of the user's own, for `culprit open`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** https://specifications.freedesktop.org/basedir-spec/ */
function notePath(): string {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'culprit', 'last-report');
}

/** Never throws: where there is no home to write to, `culprit open` needs a path. */
export function rememberReport(file: string): void {
  try {
    const note = notePath();
    mkdirSync(dirname(note), { recursive: true, mode: 0o700 });
    writeFileSync(note, `${resolve(file)}\n`, { mode: 0o600 });
  } catch {}
}

/** An absolute path, which may have been deleted since; null: none is known. */
export function lastReport(): string | null {
  try {
    return readFileSync(notePath(), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
