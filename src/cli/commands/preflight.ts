// `culprit preflight`: can we attach, and what would each step cost.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../options/help-text.ts';
import { type ReportOutput, withJson, withQuiet } from '../options/report-options.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('preflight')
    .summary('can culprit attach, and what would it cost')
    .argument('<target>')
    .description('can culprit attach, and what would each step cost here; changes nothing');
  withQuiet(withJson(command, 'all of it as JSON'), 'whether it can attach, and no more');
  withHelpText(command, {
    examples: [
      ['culprit preflight 4242'],
      ['culprit preflight server.js --json', 'by a part of its command line'],
    ],
    notes: 'It reads /proc and the cgroup only: no signal is sent, no inspector is opened.',
    exits: { ...DONE_OR_WRONG, done: 'can attach', cannotAttach: 'cannot attach' },
  }).action(program.ending(run));
}

export async function run(target: string, options: ReportOutput): Promise<ExitCode> {
  return (await import('../work/preflight.ts')).preflight(target, options);
}
