// The windows of the flight recorder on disk: a folder for each target, the oldest removed, and the last moved to the evidence
// when something happens.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bytesIn, DISK_FULL, isDiskFull, plain } from './evidence.ts';

const FOLDER = 'flight';

/** In a piece of evidence. */
export const KEPT_FOLDER = 'flight';

export interface WindowPlace {
  /** Of the watch. */
  parent: string;
  target: string;
}

/** Where the next window goes; its folder is made. `at` is wall-clock time. Throws what the file system throws, and when the disk is full. */
export function windowFile(place: WindowPlace, { at, pid }: { at: Date; pid: number }): string {
  const folder = folderOf(place);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isDiskFull(folder)) throw new Error(DISK_FULL);
  return join(folder, `${at.toISOString().replaceAll(/[:.]/g, '-')}-${pid}.tgz`);
}

/** Of this process, when it was last written; by the clock of the wall, in milliseconds. Undefined: there is none. */
export function lastWindowMillis(place: WindowPlace, pid: number): number | undefined {
  const own = windowsIn(folderOf(place)).filter((name) => name.endsWith(`-${pid}.tgz`));
  const last = own.at(-1);
  return last === undefined ? undefined : lstatSync(join(folderOf(place), last)).mtimeMs;
}

/** Keeps the last `keep` of this target, and of all targets together what fits into the quota. Throws what the file system throws. */
export function rotateWindows(
  place: WindowPlace,
  { keep, quotaBytes }: { keep: number; quotaBytes: number },
): void {
  const folder = folderOf(place);
  for (const name of windowsIn(folder).slice(0, -keep)) rmSync(join(folder, name), { force: true });
  const all = join(place.parent, FOLDER);
  const files = readdirSync(all).flatMap((target) =>
    windowsIn(join(all, target)).map((name) => ({ name, path: join(all, target, name) })),
  );
  // Names begin with the time.
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  let used = bytesIn(all);
  for (const { path } of files) {
    if (used <= quotaBytes) return;
    used -= lstatSync(path).size;
    rmSync(path, { force: true });
  }
}

/** How many were moved into the evidence in `folder`. Throws what the file system throws. */
export function keepWindows(place: WindowPlace, folder: string): number {
  const from = folderOf(place);
  const names = windowsIn(from);
  if (names.length === 0) return 0;
  const to = join(folder, KEPT_FOLDER);
  mkdirSync(to, { mode: 0o700, recursive: true });
  for (const name of names) renameSync(join(from, name), join(to, name));
  return names.length;
}

/** The oldest first. */
function windowsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.tgz'))
      .sort();
  } catch {
    return [];
  }
}

/** Two names that are plain alike are told apart. */
const folderOf = ({ parent, target }: WindowPlace) =>
  join(parent, FOLDER, `${plain(target)}-${createHash('sha256').update(target).digest('hex').slice(0, 8)}`);
