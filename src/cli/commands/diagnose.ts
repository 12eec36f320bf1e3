// `culprit diagnose`: capture, analyse, report.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { TARGET_HELP, withCaptureOptions, withFamilyOptions } from '../options/capture-options.ts';
import { CAPTURE_EXITS, gateExits, withHelpText } from '../options/help-text.ts';
import { ONLY_TITLES, withReportOptions } from '../options/report-options.ts';
import type { DiagnoseOptions } from '../work/diagnose.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('diagnose')
    .summary('name what is wrong with a running process')
    .argument('[target]')
    .description('find out what is wrong with a running process');
  withReportOptions(withFamilyOptions(withCaptureOptions(command)), ONLY_TITLES)
    .option('--all', 'all processes that do the work side by side: workers of a cluster, apps of PM2')
    .option('--out <dir>', 'keep the recording in this folder')
    .option('--flame [file]', 'also write a flame graph (HTML)')
    .hook('preAction', (called) => {
      // A graph is wanted also of a thread that is hardly busy.
      if (called.getOptionValue('flame') && called.getOptionValueSource('cpu') === 'default')
        called.setOptionValue('cpu', 'always');
    });
  withHelpText(command, {
    examples: [
      ['culprit diagnose 4242', '30 s of the process 4242'],
      ['culprit diagnose :3000 --all', 'all workers behind that port'],
      ['culprit diagnose --duration 2m --fail-on warning -- node server.js'],
    ],
    notes: TARGET_HELP,
    exits: { ...CAPTURE_EXITS, ...gateExits('--fail-on') },
  }).action(
    program.ending((target: string | undefined, options: DiagnoseOptions) =>
      run(target, program.launch, options),
    ),
  );
}

export async function run(
  target: string | undefined,
  launch: readonly string[],
  options: DiagnoseOptions,
): Promise<ExitCode> {
  if (options.all) return (await import('../work/all/processes.ts')).diagnoseAll(target, launch, options);
  return (await import('../work/diagnose.ts')).diagnoseTarget(target, launch, options);
}
