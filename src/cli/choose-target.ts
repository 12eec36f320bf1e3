// From the word on the command line to one target. Where several match and a person is at the terminal, the person chooses.
import { createInterface } from 'node:readline/promises';
import { escapeControls } from '../report/escape.ts';
import { type ResolvedTarget, type ResolveOptions, SeveralMatch } from '../target/find.ts';
import { findTarget } from '../target/find-target.ts';
import { isWatched } from './terminal.ts';

/** Throws UsageError as findTarget() does. */
export async function chooseTarget(word: string, options: ResolveOptions = {}): Promise<ResolvedTarget> {
  try {
    return await findTarget(word, options);
  } catch (error) {
    if (!(error instanceof SeveralMatch) || !process.stdin.isTTY || !isWatched()) throw error;
    const pid = await askWhich(error);
    return { kind: 'process', pid };
  }
}

/** Throws the error that it was given when no choice is made. */
async function askWhich(error: SeveralMatch): Promise<number> {
  const lines = error.message.split('\n').map((line) => escapeControls(line));
  process.stderr.write(`${lines.join('\n')}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (
        await Promise.race([terminal.question('Which one (its pid)? '), closed(terminal)])
      ).trim();
      const chosen = error.choices.find(({ pid }) => String(pid) === answer);
      if (chosen) return chosen.pid;
      if (answer === '') throw error;
    }
  } finally {
    terminal.close();
  }
}

/** The end of the input is no answer. */
const closed = (terminal: { once(event: 'close', listener: () => void): unknown }) =>
  new Promise<string>((resolve) => terminal.once('close', () => resolve('')));

/** Why another process than the named one is looked at: on standard error, unless it is to be quiet. */
export function sayChoice(target: ResolvedTarget, isQuiet: boolean): void {
  if (target.kind === 'process' && target.note !== undefined && !isQuiet)
    process.stderr.write(`${escapeControls(target.note)}\n`);
}
