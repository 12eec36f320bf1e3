// The log of decisions, read again: the last of them, the oldest first. Lines that are no decision are left out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCheckedJson } from '../../recording/files/checked-json.ts';
import { type Decision, decision } from '../../wire/watch/decision.ts';
import { DECISION_FILE } from './decision-log.ts';

/** Of the last `most` lines; `leftOut`: how many older ones there are. Without a log, none. */
export function readDecisions(folder: string, most: number): { decisions: Decision[]; leftOut: number } {
  const path = join(folder, DECISION_FILE);
  const lines = [`${path}.1`, path].flatMap(linesOf);
  return { decisions: lines.slice(-most).flatMap(parse), leftOut: Math.max(0, lines.length - most) };
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** A full disk cuts a line short. */
function parse(line: string): Decision[] {
  try {
    return [parseCheckedJson(line, DECISION_FILE, { schema: decision, what: 'a decision', hint: '' })];
  } catch {
    return [];
  }
}
