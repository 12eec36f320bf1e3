// `culprit k8s`: diagnose through kubectl, a container engine or ssh.

import { DEFAULT_WORDS } from '../../capture/capture-words.ts';
import { DEFAULTS } from '../../defaults.ts';
import { UsageError } from '../../errors.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { withCaptureOptions } from '../options/capture-options.ts';
import { CAPTURE_EXITS, gateExits, withHelpText } from '../options/help-text.ts';
import { PLACE_WORDS, withPlaceOptions, withWhich } from '../options/place-options.ts';
import { ONLY_TITLES, withHtml, withJson, withQuiet } from '../options/report-options.ts';
import { repeated } from '../options/values.ts';
import type { K8sOptions } from '../work/k8s.ts';

// In a pod, memory is somebody's.
const DEFAULTS_IN_PODS = { ...DEFAULT_WORDS, snapshot: DEFAULTS.remote.snapshot };

export function register(program: CommandLine): void {
  const command = program
    .command('k8s')
    .summary('diagnose in a pod, a container or on a host')
    .argument('[pod]', PLACE_WORDS)
    .description('diagnose a process in a pod, a container or on another host');
  withPlaceOptions(withCaptureOptions(command, DEFAULTS_IN_PODS));
  // Known, to be refused with the reason.
  for (const option of command.options)
    if (option.long === '--trace' || option.long === '--why-alive') option.hideHelp();
  withQuiet(withHtml(withJson(withWhich(command))), ONLY_TITLES)
    .option('--fail-on <what>', 'exit 1 at this severity, or with --compare on a gate', repeated)
    .option('-o, --out <file>', 'keep the recording (.tgz; of several pods: a folder)')
    .option('--flame <file>', 'also write a flame graph (HTML)')
    .option('--all', 'all pods of the workload, in one report')
    .option('-l, --selector <labels>', 'all pods with these labels')
    .option('--compare <sides>', 'two sides: old,new of a rollout, or names or labels')
    .option('--parallel <n>', 'how many pods at a time', String(DEFAULTS.remote.parallel))
    .option('--dry-run', 'print the commands, and do nothing')
    .hook('preAction', (called) => {
      // A graph and a comparison of functions want also a thread that is hardly busy.
      const isWanted = called.getOptionValue('flame') ?? called.getOptionValue('compare');
      if (isWanted !== undefined && called.getOptionValueSource('cpu') === 'default')
        called.setOptionValue('cpu', 'always');
    });
  withHelpText(command, {
    examples: [
      ['culprit k8s deployment/shop -n prod --duration 60s'],
      ['culprit k8s deployment/shop --all', 'which pods have the problem'],
      ['culprit k8s deployment/shop --compare old,new', 'a rollout'],
      ['culprit k8s my-container --via "sudo podman"', 'or docker, ssh'],
    ],
    exits: { ...CAPTURE_EXITS, ...gateExits('--fail-on') },
  }).action(program.ending(run));
}

export async function run(name: string | undefined, options: K8sOptions): Promise<ExitCode> {
  if (options.compare !== undefined)
    return (await import('../work/all/compare-pods.ts')).comparePods(name, options);
  if (options.all || options.selector !== undefined)
    return (await import('../work/all/pods.ts')).diagnosePods(name, options);
  if (name === undefined)
    throw new UsageError(
      "missing required argument 'pod'",
      'Give a pod, deployment/NAME, or labels with -l.',
    );
  return (await import('../work/k8s.ts')).diagnosePod(name, options);
}
