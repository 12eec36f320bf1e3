// What was learned of the targets, in a file of its own: it is large, and written seldom.
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingError } from '../../errors.ts';
import { parseCheckedJson } from '../../recording/files/checked-json.ts';
import { type SavedBand, watchBands } from '../../wire/watch/bands.ts';
import { writeWhole } from './write-whole.ts';

const FILE = 'bands.json';
const MOST_BYTES = 50 * 2 ** 20;

/** Nothing where there is no file; a broken one is set aside, and why is said. */
export function readBands(folder: string): { bands: SavedBand[]; setAside: string | null } {
  const path = join(folder, FILE);
  if (!existsSync(path)) return { bands: [], setAside: null };
  try {
    if (statSync(path).size > MOST_BYTES) throw new RecordingError(`${path} is too large.`);
    const text = readFileSync(path, 'utf8');
    const what = 'the learned bands of a watch';
    const { bands } = parseCheckedJson(text, FILE, {
      schema: watchBands,
      what,
      hint: 'culprit learns it again.',
    });
    return { bands, setAside: null };
  } catch (error) {
    renameSync(path, `${path}.broken`);
    return { bands: [], setAside: (error as Error).message };
  }
}

/** Throws what the file system throws. */
export function writeBands(folder: string, bands: SavedBand[]): void {
  const content = { format: 'culprit-watch-bands', version: 1, bands };
  writeWhole(join(folder, FILE), `${JSON.stringify(content, rounded)}\n`);
}

/** Nobody needs the seventeenth digit. */
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
