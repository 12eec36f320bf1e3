// The commands that compare two sides, and the options they share.
import type { Command } from 'commander';
import { DEFAULTS } from '../defaults.ts';
import { writeDuration } from '../units/duration.ts';
import { formatShare } from '../units/units.ts';

const { bench, comparison } = DEFAULTS;

export function addComparisonCommands(program: Command): void {
  withOutputs(
    program
      .command('compare')
      .argument('[base and head...]')
      .description('whether two sides differ, and by which function: recordings or profiles, several of each')
      .option('--base <paths...>', 'several recordings, profiles or folders of them')
      .option('--head <paths...>', 'the same of the other side')
      .option('--base-load <files...>', 'what the load tool printed, one file for each run of base')
      .option('--head-load <files...>', 'the same of head'),
  ).action(async (paths, options) => (await import('./commands/compare.ts')).compareCommand(paths, options));
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
      .option(
        '--budget <time>',
        `how long to go on when the verdict is not sure (default: ${writeDuration(bench.budgetMillis)})`,
      )
      .option('--pairs <number>', 'exactly so many pairs of runs, whatever the verdict')
      .option(
        '--warmups <number>',
        'runs of the load before anything is measured (default: until they get no cheaper)',
      )
      .option('--turns <number>', 'measured runs of the load in each run of a side', String(bench.turns))
      .option('--ready <text>', 'what the server prints when it serves; else: it listens on a port')
      .option('--start-timeout <time>', 'how long it may take to serve', writeDuration(bench.startMillis))
      .option(
        '--setup-timeout <time>',
        'how long the setup of a side may take',
        writeDuration(bench.setupMillis),
      )
      .option('--out <dir>', 'keep the recordings of all runs in this new folder')
      .option('--no-findings', 'do not diagnose both sides at the end'),
  ).action(async (options) => (await import('./commands/bench.ts')).benchCommand(options));
}

function withOutputs(command: Command): Command {
  const repeated = (value: string, before: string[] = []) => [...before, value];
  return command
    .option(
      '--smallest <part>',
      `a change smaller than this is no news (default: ${formatShare(comparison.smallest)})`,
    )
    .option(
      '--fail-on <rule>',
      'a gate, such as "cpu.total>3%", "heap.leak", "findings.new"; repeatable',
      repeated,
    )
    .option(
      '--on-unsure <how>',
      `what a gate that cannot be decided counts as: pass or fail (default: ${comparison.onUnsure})`,
    )
    .option('--config <file>', 'gates and settings (default: culprit.json where there is one)')
    .option('--accepted <file>', 'findings that are lived with (default: culprit.accepted.json)')
    .option('--baseline <file>', 'a stored baseline, for gates that begin with "baseline."')
    .option('--save-baseline <file>', 'store what head costs as a baseline')
    .option('--record <file>', 'write the record of all gate decisions')
    .option('--json [file]', 'the comparison as JSON; "-" or nothing is standard output')
    .option('--markdown [file]', 'for a comment on a pull request')
    .option('--junit <file>', 'JUnit XML')
    .option('--sarif <file>', 'SARIF 2.1.0')
    .option('--annotations', 'print GitHub annotations, too')
    .option('--flame <file>', 'a differential flame graph as one HTML file')
    .option('--quiet', 'no progress, and the verdict only');
}
