// One watcher for a folder: its owner is identified by pid and start time, so that a dead one holds nothing.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { readStat } from '../../target/proc/proc.ts';

const CLAIM_FILE = 'watcher';

/** Returns how to give it back. Throws UsageError when another watcher has it, or it cannot be written. */
export function claimFolder(folder: string): () => void {
  const path = join(folder, CLAIM_FILE);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        writeFileSync(path, `${process.pid} ${readStat(process.pid)?.startTicks ?? 0}\n`, {
          flag: 'wx',
          mode: 0o600,
        });
        return () => rmSync(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = watcherOf(folder);
        if (holder !== undefined)
          throw new UsageError(
            `Another watcher (process ${holder}) uses ${folder}.`,
            'Give this one a folder of its own with --folder, or end the other.',
          );
        rmSync(path, { force: true });
      }
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `${folder} cannot be used: ${(error as Error).message}.`,
      'Choose another folder with --folder.',
      {
        cause: error,
      },
    );
  }
  throw new UsageError(`Several watchers are starting in ${folder} at once.`, 'Start one of them.');
}

/** The pid of the watcher that runs in the folder; undefined: none does. */
export function watcherOf(folder: string): number | undefined {
  try {
    const [pid, ticks] = readFileSync(join(folder, CLAIM_FILE), 'utf8').trim().split(' ').map(Number);
    return pid !== undefined && readStat(pid)?.startTicks === ticks ? pid : undefined;
  } catch {
    return undefined;
  }
}
