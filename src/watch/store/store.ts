// All that a watch writes, in one folder. A full disk stops nothing: what could not be written is counted, and said once.
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingError } from '../../errors.ts';
import type { WatchState } from '../../wire/watch/state.ts';
import { type Decision, logDecision } from './decision-log.ts';
import { makeEvidence, usedBytes } from './evidence.ts';
import { claimFolder } from './folder-claim.ts';
import { readState, STATE_FILE, writeState } from './state-file.ts';

export interface Store {
  /** Of the watcher before; undefined: there was none. */
  readonly before: WatchState | undefined;
  /** Why the state of the watcher before was set aside; null: it was not. */
  readonly setAside: string | null;
  readonly failures: number;
  save(state: WatchState): void;
  log(decision: Decision): void;
  makeEvidence(rule: string, target: string, at: Date): { folder: string } | { why: string };
  evidenceBytes(): number;
  /** Gives the folder back. */
  close(): void;
}

export interface StoreOptions {
  folder: string;
  quotaBytes: number;
  /** The first failure since something was written, and the end of failing. */
  onTrouble: (words: string) => void;
}

/** Throws UsageError when another watcher has the folder, or it cannot be written. */
export function openStore({ folder, quotaBytes, onTrouble }: StoreOptions): Store {
  const release = claimFolder(folder);
  removePartial(folder);
  const { before, setAside } = readBefore(folder);
  let failures = 0;
  let isFailing = false;

  function guarded(write: () => void): void {
    try {
      write();
      if (isFailing) onTrouble('files can be written again');
      isFailing = false;
    } catch (error) {
      failures += 1;
      if (!isFailing) onTrouble(`files cannot be written: ${(error as Error).message}`);
      isFailing = true;
    }
  }

  return {
    before,
    setAside,
    get failures() {
      return failures;
    },
    save: (state) => guarded(() => writeState(folder, state)),
    log: (decision) => guarded(() => logDecision(folder, decision)),
    makeEvidence: (rule, target, at) => makeEvidence(folder, { rule, target, at, quotaBytes }),
    evidenceBytes: () => usedBytes(folder),
    close: release,
  };
}

/** What a watcher left that was killed while it wrote. */
function removePartial(folder: string): void {
  for (const name of readdirSync(folder))
    if (/\.json\.partial-\d+$/.test(name)) rmSync(join(folder, name), { force: true });
}

/** A watcher that does not start again because of its own file would guard nothing. */
function readBefore(folder: string): { before: WatchState | undefined; setAside: string | null } {
  try {
    return { before: readState(folder), setAside: null };
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    const path = join(folder, STATE_FILE);
    renameSync(path, `${path}.broken`);
    return { before: undefined, setAside: error.message };
  }
}
