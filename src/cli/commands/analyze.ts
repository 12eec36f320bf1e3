// `culprit analyze`: the offline half, on recordings and on files of other tools.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { gateExits, withHelpText } from '../options/help-text.ts';
import { type ReportOptions, withReportOptions } from '../options/report-options.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('analyze')
    .summary('diagnose a recording or a profile')
    .argument('<path...>')
    .description('diagnose a recording, a .cpuprofile, a .heapprofile or a diagnostic report');
  withHelpText(withReportOptions(command), {
    examples: [
      ['culprit analyze shop.tgz'],
      ['culprit analyze CPU.20261127.cpuprofile --json report.json', 'of node --cpu-prof'],
    ],
    exits: gateExits('--fail-on'),
  }).action(program.ending(run));
}

export async function run(paths: readonly string[], options: ReportOptions): Promise<ExitCode> {
  return (await import('../work/analyze.ts')).analyzeFiles(paths, options);
}
