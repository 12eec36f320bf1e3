// The folders of evidence: one for each time that a rule acts, private, the oldest removed when the quota is full.
import { lstatSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

export const EVIDENCE_FOLDER = 'evidence';
/** Disks that are nearly full are not ours to fill. */
const LEAST_FREE_BYTES = 100 * 2 ** 20;

/** Makes room and a new folder; a reason in place of a folder when the disk is full. `at` is wall-clock time. */
export function makeEvidence(
  parent: string,
  { rule, target, at, quotaBytes }: { rule: string; target: string; at: Date; quotaBytes: number },
): { folder: string } | { why: string } {
  const all = join(parent, EVIDENCE_FOLDER);
  try {
    mkdirSync(all, { recursive: true, mode: 0o700 });
    if (isDiskFull(all)) return { why: DISK_FULL };
    keepWithin(parent, quotaBytes);
    const stem = `${at.toISOString().replaceAll(/[:.]/g, '-')}-${rule}-${plain(target)}`;
    for (let number = 1; number < 100; number++) {
      const folder = join(all, number === 1 ? stem : `${stem}-${number}`);
      try {
        mkdirSync(folder, { mode: 0o700 });
        return { folder };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
    return { why: 'no folder has a free name' };
  } catch (error) {
    return { why: (error as Error).message };
  }
}

export const DISK_FULL = 'the disk is full';

/** Throws what the file system throws. */
export function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LEAST_FREE_BYTES;
}

/** Removes the oldest until no more than `quotaBytes` are used. Returns how many went. Throws what the file system throws. */
export function keepWithin(parent: string, quotaBytes: number): number {
  const all = join(parent, EVIDENCE_FOLDER);
  // Names begin with the time.
  const folders = readdirSync(all)
    .sort()
    .map((name) => ({ path: join(all, name), bytes: bytesIn(join(all, name)) }));
  let used = folders.reduce((sum, { bytes }) => sum + bytes, 0);
  let removed = 0;
  for (const { path, bytes } of folders) {
    if (used <= quotaBytes) break;
    rmSync(path, { recursive: true, force: true });
    used -= bytes;
    removed += 1;
  }
  return removed;
}

export function usedBytes(parent: string): number {
  try {
    return bytesIn(join(parent, EVIDENCE_FOLDER));
  } catch {
    return 0;
  }
}

export function bytesIn(path: string): number {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), stat.size);
}

/** A part of a file name. */
export const plain = (text: string) => text.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40) || 'target';
