// The log of decisions, read again: the last of them, the oldest first. Lines that are no decision are left out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Decision, decision } from '../../wire/watch/decision.ts';
import { DECISION_FILE } from './decision-log.ts';

/** `leftOut`: how many older ones there are. Without a log, none. */
export function readDecisions(folder: string, most: number): { decisions: Decision[]; leftOut: number } {
  const path = join(folder, DECISION_FILE);
  const all = [`${path}.1`, path].flatMap(decisionsIn);
  const decisions = all.slice(-most);
  return { decisions, leftOut: all.length - decisions.length };
}

function decisionsIn(path: string): Decision[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => (line === '' ? [] : parse(line)));
}

/** A full disk cuts a line short. */
function parse(line: string): Decision[] {
  try {
    const { success, output } = v.safeParse(decision, JSON.parse(line));
    return success ? [output] : [];
  } catch {
    return [];
  }
}
