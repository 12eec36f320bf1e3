// The files of a program in a folder here, by the paths they had where it ran: /app/dist/server.js is found as
// DIR/app/dist/server.js, DIR/dist/server.js or DIR/server.js, whichever is there.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { ReadText } from '../../recording/sources/script-position.ts';

const MOST_BYTES = 100 * 2 ** 20;

/** Throws UsageError when `dir` is not a folder. */
export function sourceFolder(dir: string): ReadText {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(
      `${dir} is not a folder.`,
      'Give --sources the folder with the program and its source maps.',
    );
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, readBelow(dir, path));
    return known.get(path);
  };
}

function readBelow(dir: string, path: string): string | undefined {
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '..' && !part.endsWith(':'));
  for (let i = 0; i < parts.length; i++) {
    const file = join(dir, ...parts.slice(i));
    const info = statSync(file, { throwIfNoEntry: false });
    if (info?.isFile() && info.size <= MOST_BYTES) return readFileSync(file, 'utf8');
  }
  return undefined;
}
