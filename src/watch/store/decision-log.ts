// Everything that was decided, one line of JSON each: what, why, on which evidence, by which rule, and what came of it. Two
// files at most.
import { appendFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Decision } from '../../wire/watch/decision.ts';

export type { Decision };

export const DECISION_FILE = 'decisions.jsonl';
const LARGEST_BYTES = 5 * 2 ** 20;

/** The whole line or nothing of it. Throws what the file system throws. */
export function logDecision(folder: string, decision: Decision): void {
  const path = join(folder, DECISION_FILE);
  if (sizeOf(path) > LARGEST_BYTES) renameSync(path, `${path}.1`);
  const before = sizeOf(path);
  try {
    appendFileSync(path, `${JSON.stringify(decision)}\n`, { mode: 0o600 });
  } catch (error) {
    // A disk that fills up takes a part of it, and the next line would go on from there.
    if (sizeOf(path) > before) truncateSync(path, before);
    throw error;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
