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
  /** The first failure. Like the other, it may log again, and that may fail again. */
  onTrouble: (words: string) => void;
  /** All that failed has been written since. */
  onRecovery: (words: string) => void;
}

/** Throws UsageError when another watcher has the folder, or it cannot be written. */
export function openStore({ folder, quotaBytes, onTrouble, onRecovery }: StoreOptions): Store {
  const release = claimFolder(folder);
  removePartial(folder);
  const { before, setAside } = readBefore(folder);
  let failures = 0;
  // The last block of a full disk may still hold a line of the log, but not a state.
  const failing = new Set<'state' | 'log'>();
  let isTelling = false;

  function tell(listener: (words: string) => void, words: string): void {
    if (isTelling) return;
    isTelling = true;
    listener(words);
    isTelling = false;
  }

  function guarded(file: 'state' | 'log', write: () => void): void {
    try {
      write();
      if (failing.delete(file) && failing.size === 0) tell(onRecovery, 'files can be written again');
    } catch (error) {
      failures += 1;
      const isFirst = failing.size === 0;
      failing.add(file);
      if (isFirst) tell(onTrouble, `files cannot be written: ${(error as Error).message}`);
    }
  }

  return {
    before,
    setAside,
    get failures() {
      return failures;
    },
    save: (state) => guarded('state', () => writeState(folder, state)),
    log: (decision) => guarded('log', () => logDecision(folder, decision)),
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
