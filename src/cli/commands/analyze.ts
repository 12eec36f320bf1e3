// `culprit analyze`: the offline half, on recordings and on files of other tools.
import { DEFAULTS } from '../../defaults.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { gateExits, withHelpText } from '../options/help-text.ts';
import { withReportOptions } from '../options/report-options.ts';
import type { AnalyzeOptions } from '../work/analyze.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('analyze')
    .summary('diagnose a recording or a profile')
    .argument('<path...>')
    .description(
      'diagnose a recording; or say where time or memory went in a CPU or heap profile (of V8, Chrome, Firefox, Safari, Hermes, Bun, Deno), and what a diagnostic report holds',
    )
    .option(
      '--top <n>',
      `rows of each table; if given, also print tables of a recording (default ${DEFAULTS.analyze.top})`,
    )
    .option('--by <what>', 'only the table by function, package or file');
  withHelpText(withReportOptions(command), {
    examples: [
      ['culprit analyze shop.tgz'],
      ['culprit analyze CPU.20261127.cpuprofile --json report.json', 'of node --cpu-prof'],
      ['culprit analyze trace.json --by package --top 20', 'of DevTools'],
    ],
    exits: gateExits('--fail-on'),
  }).action(program.ending(run));
}

export async function run(paths: readonly string[], options: AnalyzeOptions): Promise<ExitCode> {
  return (await import('../work/analyze.ts')).analyzeFiles(paths, options);
}
