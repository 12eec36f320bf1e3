// What a watch has to know after a restart of its own: alarms, how often rules acted, known findings, alerts that fire. One
// file, replaced whole.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingError } from '../../errors.ts';
import { parseCheckedJson } from '../../recording/files/checked-json.ts';
import { type WatchState, watchState } from '../../wire/watch/state.ts';
import { writeWhole } from './write-whole.ts';

export type { WatchStatus } from '../../wire/watch/state.ts';

export const STATE_FILE = 'state.json';
const MOST_BYTES = 10 * 2 ** 20;

/** Undefined when there is none yet. Throws RecordingError when it is broken. */
export function readState(folder: string): WatchState | undefined {
  const path = join(folder, STATE_FILE);
  let text: string;
  try {
    if (statSync(path).size > MOST_BYTES)
      throw new RecordingError(`${path} is too large for the state of a watch.`, HINT);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof RecordingError) throw error;
    throw new RecordingError(`${path} could not be read: ${(error as Error).message}.`, HINT, {
      cause: error,
    });
  }
  return parseCheckedJson(text, STATE_FILE, { schema: watchState, what: 'the state of a watch', hint: HINT });
}

const HINT = 'Remove it to start over: limits then count from 0.';

/** Throws what the file system throws. */
export function writeState(folder: string, state: WatchState): void {
  writeWhole(join(folder, STATE_FILE), `${JSON.stringify(state)}\n`);
}
