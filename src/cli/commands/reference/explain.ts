// `culprit explain`: what a kind of finding means.
import type { ExitCode } from '../../../exit-codes.ts';
import type { CommandLine } from '../../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../../options/help-text.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('explain')
    .summary('what a kind of finding means')
    .argument('[kind]')
    .description('what a kind of finding means, and how to fix it; without a kind, the list of all');
  withHelpText(command, {
    examples: [['culprit explain socket-leak'], ['culprit explain', 'lists the kinds']],
    exits: DONE_OR_WRONG,
  }).action(program.ending(run));
}

export async function run(kind: string | undefined): Promise<ExitCode> {
  return (await import('../../work/explain.ts')).explain(kind);
}
