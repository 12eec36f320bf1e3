// Rows of terminal text for a crash: its chain of errors, and the lines of the log that matter.
import type { Crash } from '../../model/crash.ts';

const MOST_LINES = 12;
const MOST_COLUMNS = 160;

/** One row an error, what was thrown first; nothing for a single error, which the title says already. */
export function causeRows(crash: Crash | undefined): string[] {
  if (!crash || crash.causes.length < 2) return [];
  return crash.causes.slice(1).map(({ name, message, file, line, code }) => {
    const words = [name, message.split('\n')[0]!.slice(0, 300)].filter((part) => part !== '').join(': ');
    const named = code === null || words.includes(code) ? words : `${words} [${code}]`;
    return `- ${named}${file === null ? '' : ` at ${[file, line].filter((part) => part !== null).join(':')}`}`;
  });
}

export function logRows(crash: Crash | undefined): string[] {
  return (crash?.lines ?? [])
    .slice(0, MOST_LINES)
    .map((line) => `| ${line.length > MOST_COLUMNS ? `${line.slice(0, MOST_COLUMNS)}...` : line}`);
}
