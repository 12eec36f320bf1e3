// `culprit compare`: recordings or profiles of two sides, several of each, to a verdict.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { withComparisonOptions } from '../options/comparison-options.ts';
import { gateExits, withHelpText } from '../options/help-text.ts';
import type { CompareOptions } from '../work/compare.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('compare')
    .summary('whether recordings of two sides differ')
    .argument('[base and head...]')
    .description(
      'compare recordings or profiles of two sides, several of each: do they differ, and in which function',
    )
    .option('--base <paths...>', 'several recordings, profiles or folders of them')
    .option('--head <paths...>', 'the same for the other side')
    .option('--base-load <files...>', 'what the load tool printed, one file for each run of base')
    .option('--head-load <files...>', 'the same for head');
  withHelpText(withComparisonOptions(command), {
    examples: [
      ['culprit compare before.tgz after.tgz'],
      ["culprit compare --base b1 b2 b3 --head h1 h2 h3 --fail-on 'cpu.total>3%'"],
    ],
    exits: gateExits('--fail-on'),
  }).action(program.ending(run));
}

export async function run(paths: readonly string[], options: CompareOptions): Promise<ExitCode> {
  return (await import('../work/compare.ts')).compareFiles(paths, options);
}
