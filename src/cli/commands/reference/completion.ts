// `culprit completion`: the completions of a shell, to load or to install.
import type { ExitCode } from '../../../exit-codes.ts';
import type { CommandLine } from '../../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../../options/help-text.ts';
import { SHELLS } from '../../options/values.ts';

const NOTES = `To load them in every session, write them to a file that the shell reads:
  bash  ~/.local/share/bash-completion/completions/culprit
  zsh   _culprit, in a folder of $fpath
  fish  ~/.config/fish/completions/culprit.fish`;

export function register(program: CommandLine): void {
  const command = program
    .command('completion')
    .summary('completions for bash, zsh or fish')
    .argument('<shell>', SHELLS.join(', '))
    .description('print a completion script for the commands and options of culprit');
  withHelpText(command, {
    examples: [
      ['source <(culprit completion bash)', 'this session only'],
      ['culprit completion fish | source'],
    ],
    notes: NOTES,
    exits: DONE_OR_WRONG,
  }).action(program.ending(run));
}

export async function run(shell: string): Promise<ExitCode> {
  return (await import('../../reference/print-completion.ts')).printCompletion(shell);
}
