// "What keeps it alive" as terminal text: a numbered list, each with the line to change.
import type { ChalkInstance } from 'chalk';
import type { KeepsAlive, KeptAliveBy } from '../../model/finding.ts';
import { hangingLines, labelledLines, wrapText } from '../layout.ts';

/** Strings must be escaped already. `isQuiet`: the sentences only. */
export function renderKeepsAlive(
  { summary, by, notes }: KeepsAlive,
  paint: ChalkInstance,
  width: number,
  isQuiet: boolean,
): string[] {
  const lines = wrapText(summary, width).map((line) =>
    by.length > 0 ? paint.yellow.bold(line) : paint.green.bold(line),
  );
  for (const [index, entry] of by.entries()) {
    lines.push(...hangingLines(`${index + 1}. `, `${entry.statement}${threadOf(entry)}`, width));
    if (isQuiet) continue;
    const row = (label: string, text: string) => (text === '' ? [] : labelledLines(label, [text], width));
    lines.push(...row('Where', placeOf(entry)));
    // The statement of one child process has its pid.
    if (entry.kind !== 'child-process') lines.push(...row('Such as', entry.examples.join('; ')));
    lines.push(...row('Fix', entry.advice).map((line) => paint.green(line)));
  }
  if (!isQuiet) lines.push(...notes.flatMap((note) => hangingLines('- ', note, width)));
  return lines;
}

function threadOf({ thread }: KeptAliveBy): string {
  return thread === 0 ? '' : ` (in worker thread ${thread})`;
}

function placeOf({ file, line, column, function: name, package: from, through }: KeptAliveBy): string {
  if (file === null) return through === '' ? '' : `${name ?? ''} (${through})`;
  const at = [file, line, column].filter((part) => part !== null).join(':');
  const called = name === null || name === '(anonymous)' ? '' : `, ${name}`;
  return `${at}${called} (${[from, through].filter(Boolean).join(', ')})`;
}
