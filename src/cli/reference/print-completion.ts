// `culprit completion`: prints the completions of a shell.
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { SHELLS, type Shell } from '../options/values.ts';
import { completeBash } from './bash.ts';
import { type CommandEntry, commandTable } from './command-table.ts';
import { completeFish } from './fish.ts';
import { completeZsh } from './zsh.ts';

const WRITERS: Readonly<Record<Shell, (table: readonly CommandEntry[]) => string>> = {
  bash: completeBash,
  zsh: completeZsh,
  fish: completeFish,
};

export async function printCompletion(word: string): Promise<ExitCode> {
  const shell = SHELLS.find((known) => known === word);
  if (shell === undefined)
    throw new UsageError(`There are no completions for "${word}".`, `Give one of ${SHELLS.join(', ')}.`);
  process.stdout.write(WRITERS[shell](commandTable()));
  return EXIT.done;
}
