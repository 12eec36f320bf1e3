// Everything that was decided, one line of JSON each: what, why, on which evidence, by which rule, and what came of it. Two
// files at most.
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Decision } from '../../wire/watch/decision.ts';

export type { Decision };

export const DECISION_FILE = 'decisions.jsonl';
const LARGEST_BYTES = 5 * 2 ** 20;

/** Throws what the file system throws. */
export function logDecision(folder: string, decision: Decision): void {
  const path = join(folder, DECISION_FILE);
  if (sizeOf(path) > LARGEST_BYTES) renameSync(path, `${path}.1`);
  appendFileSync(path, `${JSON.stringify(decision)}\n`, { mode: 0o600 });
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
