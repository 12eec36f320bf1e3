// All runs of one side of a comparison: recordings and profiles, or folders that hold several of them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { readAnything } from './foreign.ts';
import type { Recording } from './reader.ts';

export interface NamedRecording {
  /** As people call it: its file or folder. */
  name: string;
  /** The number that `culprit bench --out` gave to runs made side by side; null for all others. */
  pair: number | null;
  recording: Recording;
}

/** In the order given, those of a folder by name. Throws UsageError or RecordingError. */
export async function readSeveral(paths: readonly string[]): Promise<NamedRecording[]> {
  const found: NamedRecording[] = [];
  for (const path of paths.flatMap(expand))
    found.push({ name: path, pair: pairOf(path), recording: await readAnything(path) });
  return found;
}

function expand(path: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory() || existsSync(join(path, 'manifest.json')))
    return [path];
  const inside = readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter(
      (entry) =>
        /\.(tgz|tar\.gz|(cpuprofile|heapprofile)(\.gz|\.zst)?)$/.test(entry) ||
        existsSync(join(entry, 'manifest.json')),
    );
  if (inside.length === 0)
    throw new UsageError(
      `${path} is a folder with no recording and no profile in it.`,
      'Give what `culprit record` or `node --cpu-prof` wrote.',
    );
  return inside;
}

function pairOf(path: string): number | null {
  const found = /^(\d{3})-(base|head)$/.exec(basename(path.replace(/\/+$/, '')));
  return found ? Number(found[1]) : null;
}
