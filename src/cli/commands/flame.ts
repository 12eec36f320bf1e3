// `culprit flame`: a recording's profiles in a viewer that people know, or in the format of one.
import { DEFAULTS } from '../../defaults.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../options/help-text.ts';
import type { FlameOptions } from '../work/flame.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('flame')
    .summary('a flame graph of a recording or a profile')
    .argument('<recording|profile...>')
    .description(
      'a flame graph as one HTML file that opens from disk with no network; or a profile for pprof',
    )
    .option(
      '--renderer <name>',
      'speedscope, 0x, collapsed (text on standard output), speedscope-json (the same), pprof (a .pb.gz file)',
      DEFAULTS.flame.renderer,
    )
    .option('--heap', 'draw the last heap profile (live bytes by stack) instead of the CPU profile')
    .option('--idle', 'also draw the time in which a thread was idle')
    .option('-o, --out <file>', 'the file to write; "-" is standard output');
  withHelpText(command, {
    examples: [
      ['culprit flame shop.tgz -o shop.html'],
      ['culprit flame CPU.*.cpuprofile -o all.html', 'several in one graph'],
      ['culprit flame shop.tgz --renderer pprof --heap', 'writes shop.heap.pb.gz'],
    ],
    exits: DONE_OR_WRONG,
  }).action(program.ending(run));
}

export async function run(paths: readonly string[], options: FlameOptions): Promise<ExitCode> {
  return (await import('../work/flame.ts')).flame(paths, options);
}
