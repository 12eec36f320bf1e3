// `culprit audit` and `culprit audit k8s`: how ready a process is for production.

import type { Command } from 'commander';
import { DEFAULTS } from '../../defaults.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { CAPTURE_EXITS, gateExits, withHelpText } from '../options/help-text.ts';
import { addPodCommand, withWhich } from '../options/place-options.ts';
import { withReportOptions } from '../options/report-options.ts';
import type { AuditOptions, PodAuditOptions } from '../work/audit.ts';

const EXITS = {
  ...gateExits('--fail-on, --min-level'),
  cannotAttach: CAPTURE_EXITS.cannotAttach,
};

export function register(program: CommandLine): void {
  const command = program
    .command('audit')
    .summary('how ready a process is for production')
    .argument('[target]', 'a process; for a pod: culprit audit k8s POD')
    .usage('[options] <target> | k8s <pod>')
    .description('how ready a running process is for production: its settings, and its pod, level 1 to 5');
  withJudging(command)
    .option('-c, --container <name>', 'with --pod-spec: the container, if the pod has several')
    .option(
      '--drill [what]',
      'measure the shutdown of a copy (same command, other port); with "target", stop and measure the target itself',
    )
    .option('--settings <file>', 'judge a settings file that --save wrote, instead of a live target');
  withHelpText(command, {
    examples: [
      ['culprit audit k8s deployment/shop -n prod', 'also reads its pod'],
      ['culprit audit 4242 --pod-spec pod.yaml', 'output of kubectl get pod -o yaml'],
    ],
    exits: EXITS,
  }).action(program.ending(run));
  addPods(program, command);
}

function addPods(program: CommandLine, command: Command): void {
  const pods = addPodCommand(command).description(
    'the same for a process in a pod, a container or on a host',
  );
  withWhich(withJudging(pods));
  withHelpText(pods, {
    examples: [
      ['culprit audit k8s deployment/shop -n prod'],
      ['culprit audit k8s my-container --via podman --pod-spec pod.yaml'],
    ],
    exits: EXITS,
  }).action(
    program.ending((name: string, _own: unknown, called: Command) =>
      runInPod(name, called.optsWithGlobals()),
    ),
  );
}

function withJudging(command: Command): Command {
  const judging = command
    .option('--pod-spec <file>', 'YAML or JSON of its pod, or of a Deployment, StatefulSet or List')
    .option(
      '--balancer-idle <time>',
      `how long the balancer keeps idle connections (assumed: ${DEFAULTS.audit.balancerIdleSeconds}s, the default of AWS ALB and nginx)`,
    )
    .option('--save <file>', 'write the settings that were read to this file')
    .option('--min-level <number>', 'exit with 1 when the level is lower than this');
  return withReportOptions(judging, 'level and titles only');
}

export async function run(target: string | undefined, options: AuditOptions): Promise<ExitCode> {
  return (await import('../work/audit.ts')).auditHere(target, options);
}

export async function runInPod(name: string, options: PodAuditOptions): Promise<ExitCode> {
  return (await import('../work/audit.ts')).auditThere(name, options);
}
