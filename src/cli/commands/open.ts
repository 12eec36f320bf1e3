// `culprit open`: the last HTML report, in a browser where there is one.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../options/help-text.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('open')
    .summary('show the last HTML report')
    .argument('[file]', 'another report')
    .description('show the HTML report that was written last; without a screen, print its address');
  withHelpText(command, {
    examples: [['culprit open'], ['culprit open shop.html', 'another one']],
    exits: DONE_OR_WRONG,
  }).action(program.ending(run));
}

export async function run(file: string | undefined): Promise<ExitCode> {
  return (await import('../work/open.ts')).openReport(file);
}
