// The commands that compare two sides, and the options they share.
import type { Command } from 'commander';

export function addComparisonCommands(program: Command): void {
  withOutputs(
    program
      .command('bench')
      .description('run two commits side by side under load until it is sure whether they differ')
      .requiredOption('--base <ref|dir>', 'what to compare with: a branch, tag, commit or folder')
      .option('--head <ref|dir>', 'what to judge', '.')
      .requiredOption(
        '--run <command>',
        'starts the server, or does the work when there is no --load; {port} and PORT',
      )
      .option('--load <command>', 'loads the server for some seconds; {port} in it is replaced, PORT is set')
      .option('--setup <command>', 'runs once in each side first, such as "npm ci"')
      .option('--budget <time>', 'how long to go on when the verdict is not sure', '5m')
      .option('--pairs <number>', 'exactly so many pairs of runs, whatever the verdict')
      .option('--warmups <number>', 'runs of the load before anything is measured', '1')
      .option('--turns <number>', 'measured runs of the load in each run of a side', '2')
      .option('--ready <text>', 'what the server prints when it serves; else: it listens on a port')
      .option('--start-timeout <time>', 'how long it may take to serve', '30s')
      .option('--setup-timeout <time>', 'how long the setup of a side may take', '10m')
      .option('--out <dir>', 'keep the recordings of all runs in this new folder')
      .option('--no-findings', 'do not diagnose both sides at the end'),
  ).action(async (options) => (await import('./commands/bench.ts')).benchCommand(options));
}

function withOutputs(command: Command): Command {
  return command
    .option('--smallest <part>', 'a change smaller than this is no news', '2%')
    .option('--json [file]', 'the comparison as JSON; "-" or nothing is standard output')
    .option('--quiet', 'no progress, and the verdict only');
}
