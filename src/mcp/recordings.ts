// The recordings that tools refer to by handles. A capture writes into a private folder, which is removed when the server
// ends; a file that a user allowed gets a handle when it is first named.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../diagnose.ts';
import { UsageError } from '../errors.ts';
import { explainRecordedHeap } from '../heap/explain-recorded-heap.ts';
import type { DiagnosisReport } from '../model/finding.ts';
import { readAnything } from '../recording/foreign.ts';
import type { Recording } from '../recording/reader.ts';
import type { AllowedFiles } from './allowed-files.ts';

export interface Kept {
  /** "rec_4f21a0c3" */
  handle: string;
  path: string;
  /** What was found, judged once. */
  report: DiagnosisReport;
}

export interface Recordings {
  /** A folder that does not exist yet, for one look. */
  newFolder(): string;
  /** Reads and judges what was recorded into it. `complete` changes the report before it is kept. */
  keep(path: string, complete?: (report: DiagnosisReport) => Promise<void>): Promise<Kept>;
  /** By handle, or by the path of an allowed file. Throws UsageError, RecordingError. */
  find(word: string): Promise<Kept>;
  /** Of a handle only; undefined where there is none. */
  byHandle(handle: string): Kept | undefined;
  read(kept: Kept): Promise<Recording>;
  /** Removes the folders. */
  dispose(): void;
}

const HANDLE = /^rec_[0-9a-f]{8}$/;
/** The oldest is given up, and its folder with it. */
const MOST_KEPT = 32;

export function createRecordings(files: AllowedFiles): Recordings {
  const kept = new Map<string, Kept>();
  const own = new Map<string, string>();
  const removeParent = (path: string) => {
    const parent = own.get(path);
    own.delete(path);
    if (parent !== undefined) rmSync(parent, { recursive: true, force: true });
  };
  const recordings: Recordings = {
    newFolder() {
      const parent = mkdtempSync(join(tmpdir(), 'culprit-mcp-'));
      const path = join(parent, 'recording');
      own.set(path, parent);
      return path;
    },
    async keep(path, complete) {
      const report = await reportOf(await readAnything(path), complete !== undefined);
      await complete?.(report);
      const entry = { handle: `rec_${randomBytes(4).toString('hex')}`, path, report };
      kept.set(entry.handle, entry);
      for (const oldest of [...kept.values()].slice(0, Math.max(0, kept.size - MOST_KEPT))) {
        kept.delete(oldest.handle);
        removeParent(oldest.path);
      }
      return entry;
    },
    async find(word) {
      if (HANDLE.test(word)) {
        const found = kept.get(word);
        if (found) return found;
        throw new UsageError(`There is no recording ${word}.`, 'Handles last as long as this server runs.');
      }
      const path = files.check(word);
      return [...kept.values()].find((entry) => entry.path === path) ?? recordings.keep(path);
    },
    byHandle: (handle) => kept.get(handle),
    read: ({ path }) => readAnything(path),
    dispose() {
      for (const path of [...own.keys()]) removeParent(path);
    },
  };
  return recordings;
}

async function reportOf(recording: Recording, isLive: boolean): Promise<DiagnosisReport> {
  return diagnose(recording, await explainRecordedHeap(recording), { pictures: true, isLive });
}
