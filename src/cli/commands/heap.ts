// `culprit heap`: what heap snapshots say.
import { DEFAULTS } from '../../defaults.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../options/help-text.ts';
import { ONLY_VERDICT, withHtml, withJson, withQuiet } from '../options/report-options.ts';
import type { HeapOptions } from '../work/heap.ts';

const SEVERAL = 'Three snapshots of one program, taken minutes apart under load, show growth.';

export function register(program: CommandLine): void {
  const command = program
    .command('heap')
    .summary('what is big in heap snapshots, and what grows')
    .argument('<snapshot...>')
    .description('explain a .heapsnapshot[.gz]; given several of one program, oldest first, show what grows');
  withQuiet(withHtml(withJson(command)), ONLY_VERDICT)
    .option('--top <number>', 'rows of each table', String(DEFAULTS.heap.top))
    .option('--show-strings', 'show the texts of duplicated strings, which may be secret')
    .option('--fail-on-growth', 'exit with 1 when something grew at every step');
  withHelpText(command, {
    examples: [
      ['culprit heap shop.heapsnapshot --top 20', 'what is big'],
      ['culprit heap first.heapsnapshot second.heapsnapshot third.heapsnapshot'],
    ],
    notes: SEVERAL,
    exits: {
      ...DONE_OR_WRONG,
      gateFailed: 'something grew at every step (--fail-on-growth)',
      wrongUse: 'usage error, or an incomplete snapshot',
    },
  }).action(program.ending(run));
}

export async function run(files: readonly string[], options: HeapOptions): Promise<ExitCode> {
  return (await import('../work/heap.ts')).explainSnapshots(files, options);
}
