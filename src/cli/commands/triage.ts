// `culprit triage` and `culprit triage k8s`: why a process ended, from logs and reports.
import type { Command } from 'commander';
import { EXIT_MEANINGS, type ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { gateExits, withHelpText } from '../options/help-text.ts';
import { addPodCommand } from '../options/place-options.ts';
import { withReportOptions } from '../options/report-options.ts';
import type { PodTriageOptions, TriageOptions } from '../work/triage.ts';

const FORMATS = `Logs may be plain text or JSON lines, as a program, kubectl, docker, CRI,
journald, pm2 or a hosting platform writes them, also .gz. Files are read in
the order given. What \`kubectl describe pod\`, \`kubectl get events\`, \`docker
inspect\` and \`aws ecs describe-tasks\` print is read as well.`;

const NOT_TOLD = 'with --fail-on, the log shows neither a crash nor how the process ended';

export function register(program: CommandLine): void {
  const command = program
    .command('triage')
    .summary('why a process ended, from its logs')
    .argument('[files...]', 'logs, diagnostic reports (report.*.json), statuses, "-" for standard input')
    .usage('[options] <files...> | k8s <pod>')
    .description(
      'find out why a Node.js process ended, from its logs, diagnostic reports, exit code and pod status',
    );
  withJudging(command)
    .option('--pod-status <file>', 'what `kubectl get pod NAME -o json` (or yaml) printed')
    .option('--events <file>', 'what `kubectl get events -o json` printed');
  withHelpText(command, {
    examples: [
      ['kubectl logs shop-7c9d8 --previous | culprit triage -'],
      ['culprit triage k8s deployment/shop -n prod', 'its logs, status and events'],
      ['culprit triage --pod-status pod.json --events events.json shop.log'],
    ],
    notes: FORMATS,
    exits: {
      ...gateExits('--fail-on'),
      wrongUse: 'usage error, or the input contains no log',
      cannotAttach: NOT_TOLD,
    },
  }).action(program.ending(run));
  addPods(program, command);
}

function addPods(program: CommandLine, command: Command): void {
  const pods = addPodCommand(command, false).description(
    'the same with the logs, status and events of a pod, or the logs of a container',
  );
  withHelpText(withJudging(pods), {
    examples: [
      ['culprit triage k8s deployment/shop -n prod'],
      ['culprit triage k8s my-container --via podman'],
    ],
    exits: {
      ...gateExits('--fail-on'),
      cannotAttach: `${EXIT_MEANINGS.cannotAttach.brief}, or ${NOT_TOLD}`,
    },
  }).action(
    program.ending((name: string, _own: unknown, called: Command) =>
      runInPod(name, called.optsWithGlobals()),
    ),
  );
}

function withJudging(command: Command): Command {
  const judging = command
    .option('--exit-code <code>', 'its exit code or signal: 137, 1, SIGKILL')
    .option(
      '--sources <dir>',
      'the folder with the program and its source maps, to name lines of the original source',
    );
  return withReportOptions(judging);
}

export async function run(files: readonly string[], options: TriageOptions): Promise<ExitCode> {
  return (await import('../work/triage.ts')).triageFiles(files, options);
}

export async function runInPod(name: string, options: PodTriageOptions): Promise<ExitCode> {
  return (await import('../work/triage.ts')).triagePod(name, options);
}
