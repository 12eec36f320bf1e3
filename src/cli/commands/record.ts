// `culprit record`: capture only, into a folder, an archive or a stream.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { TARGET_HELP, withCaptureOptions, withFamilyOptions } from '../options/capture-options.ts';
import { CAPTURE_EXITS, withHelpText } from '../options/help-text.ts';
import { withQuiet } from '../options/report-options.ts';
import type { RecordOptions } from '../work/record.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('record')
    .summary('capture now, analyse later or elsewhere')
    .argument('[target]')
    .description('capture only; analyse later or elsewhere');
  withQuiet(withFamilyOptions(withCaptureOptions(command)), 'no progress').requiredOption(
    '-o, --out <path>',
    'a new folder, a FILE.tgz, or "-" for standard output',
  );
  withHelpText(command, {
    examples: [
      ['culprit record 4242 -o shop.tgz', 'then: culprit analyze shop.tgz'],
      ['culprit record :3000 --duration 2m -o - > shop.tgz'],
    ],
    notes: TARGET_HELP,
    exits: CAPTURE_EXITS,
  }).action(
    program.ending((target: string | undefined, options: RecordOptions) =>
      run(target, program.launch, options),
    ),
  );
}

export async function run(
  target: string | undefined,
  launch: readonly string[],
  options: RecordOptions,
): Promise<ExitCode> {
  return (await import('../work/record.ts')).recordTarget(target, launch, options);
}
