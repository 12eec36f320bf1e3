// `culprit watch`: guard processes over days, and keep evidence.
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { DONE_OR_WRONG, withHelpText } from '../options/help-text.ts';
import type { WatchOptions } from '../work/watch.ts';

const NOTES = `A target is a pid, :3000 (a port) or a part of a command line; it is followed
across restarts. Default rules apply without any configuration: memory near
its limit or growing, a busy event loop, throttling, file descriptors,
restarts, new findings. culprit.watch.json or .yaml changes them, and adds
webhooks and /metrics; docs/watching.md explains it. Ctrl-C ends the watch.`;

export function register(program: CommandLine): void {
  const command = program
    .command('watch')
    .summary('guard processes, and keep evidence before a crash')
    .argument('[targets...]')
    .description(
      'watch processes from outside, capture when a rule asks for it, and keep evidence, alerts and a log of decisions',
    )
    .option('--all', 'all Node.js processes here')
    .option('--config <file>', 'the configuration (default: culprit.watch.json or .yaml, if present)')
    .option('--folder <dir>', 'the folder for evidence, state and decisions (default: culprit-watch)')
    .option('--check', 'check the configuration, print what would be watched, and exit')
    .option('--dry-run', 'do not run programs; only print which ones the rules and runbooks would run')
    .option('--status', 'print the status of the watch in this folder, and exit')
    .option('--html <file>', 'write the status, evidence and decisions as one HTML file, and exit')
    .option('--json', 'decisions, or the status, as JSON')
    .option('--quiet', 'print only alarms and failures');
  withHelpText(command, {
    examples: [
      ['culprit watch server.js', 'until Ctrl-C, with the default rules'],
      ['culprit watch --all --config culprit.watch.yaml'],
      ['culprit watch --status', 'from another terminal'],
      ['culprit watch --html watch.html', 'what it has seen, with links to the evidence'],
    ],
    notes: NOTES,
    exits: DONE_OR_WRONG,
  }).action(program.ending(run));
}

export async function run(targets: readonly string[], options: WatchOptions): Promise<ExitCode> {
  return (await import('../work/watch.ts')).watchTargets(targets, options);
}
