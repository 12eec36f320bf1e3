// `culprit ps`: the Node.js processes here.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../options/help-text.ts';
import type { PsOptions } from '../work/ps/ps.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('ps')
    .summary('the Node.js processes here')
    .description('Node.js processes here, and whether culprit could attach to each')
    .option('--json', 'print JSON');
  withHelpText(command, {
    examples: [['culprit ps'], ['culprit ps --json', 'for a script']],
    exits: DONE_OR_WRONG,
  }).action(program.ending(run));
}

export async function run(options: PsOptions): Promise<ExitCode> {
  return (await import('../work/ps/ps.ts')).ps(options);
}
