// `culprit bench`: two commits, side by side under load, to a verdict.

import type { Command } from 'commander';
import { DEFAULTS } from '../../defaults.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { writeDuration } from '../../units/duration.ts';
import type { CommandLine } from '../command-line.ts';
import { withComparisonOptions } from '../options/comparison-options.ts';
import { CAPTURE_EXITS, gateExits, withHelpText } from '../options/help-text.ts';
import type { BenchCommandOptions } from '../work/bench.ts';

export function register(program: CommandLine): void {
  const command = program
    .command('bench')
    .summary('whether two commits differ under load')
    .description('run two commits side by side under load until it is clear whether they differ');
  withHelpText(withComparisonOptions(withRuns(command)), {
    examples: [
      ["culprit bench --base main --run 'node server.js' --load 'autocannon :{port}'"],
      ["culprit bench --base v1 --head v2 --run 'node work.js' --fail-on heap.leak"],
    ],
    exits: {
      ...CAPTURE_EXITS,
      ...gateExits('--fail-on'),
      cannotAttach: 'nothing could be compared',
      interrupted: 'interrupted',
    },
  }).action(program.ending(run));
}

function withRuns(command: Command): Command {
  return command
    .requiredOption('--base <ref|dir>', 'what to compare with: a branch, tag, commit or folder')
    .option('--head <ref|dir>', 'what to judge', '.')
    .requiredOption(
      '--run <command>',
      'starts the server or, without --load, does the work; {port} is replaced, PORT is set',
    )
    .option('--load <command>', 'puts load on the server for some seconds; {port} is replaced, PORT is set')
    .option('--setup <command>', 'runs once in each side first, such as "npm ci"')
    .option(
      '--budget <time>',
      `stop then, even without a sure verdict (default: ${writeDuration(DEFAULTS.bench.budgetMillis)})`,
    )
    .option('--pairs <number>', 'exactly this many pairs of runs, whatever the verdict')
    .option(
      '--warmups <number>',
      'warm-up runs of the load, not measured (default: until they stop getting cheaper)',
    )
    .option(
      '--turns <number>',
      'how often to run and measure the load in each run of a side',
      String(DEFAULTS.bench.turns),
    )
    .option(
      '--ready <text>',
      'text that the server prints when it is ready (default: wait until it listens on a port)',
    )
    .option(
      '--start-timeout <time>',
      'time the server may take to be ready',
      writeDuration(DEFAULTS.bench.startMillis),
    )
    .option(
      '--setup-timeout <time>',
      'how long the setup of a side may take',
      writeDuration(DEFAULTS.bench.setupMillis),
    )
    .option('--out <dir>', 'keep the recordings of all runs in this new folder')
    .option('--no-findings', 'do not diagnose both sides at the end');
}

export async function run(options: BenchCommandOptions): Promise<ExitCode> {
  return (await import('../work/bench.ts')).benchCommits(options);
}
