// The commands that ask before something happens: can culprit look here, and is this process ready for production.
import type { Command } from 'commander';
import { DEFAULTS } from '../defaults.ts';
import { withPlaceOptions } from './remote-place.ts';

const AUDIT_HELP = `
  culprit audit k8s deployment/shop -n prod   through kubectl; its pod is read, too
  culprit audit 4242 --pod-spec pod.yaml      kubectl get pod NAME -o yaml > pod.yaml; a Deployment is as good

Exit codes: 0 done, 1 a gate failed (--fail-on, --min-level), 2 wrong use, 3 could not attach.`;

const PREFLIGHT_HELP = `
It reads /proc and the cgroup only: no signal is sent, no inspector is opened.

Exit codes: 0 can attach, 2 wrong use, 3 cannot attach.`;

export function addReadinessCommands(program: Command): void {
  program
    .command('preflight')
    .argument('<target>')
    .description('can culprit attach, and what would each step cost here; changes nothing')
    .option('--json [file]', 'write it as JSON; "-" or nothing is standard output')
    .option('--quiet', 'whether it can attach, and no more')
    .addHelpText('after', PREFLIGHT_HELP)
    .action(async (target, options) =>
      (await import('./commands/preflight.ts')).preflightCommand(target, options),
    );
  const audit = program
    .command('audit')
    .argument('[target]', 'a process; or "k8s", and then a pod')
    .argument('[pod]')
    .description('how ready a running process is for production: its settings, and its pod, level 1 to 5');
  withPlaceOptions(audit)
    .option('--target <word>', 'with k8s: which process there', DEFAULTS.remote.target)
    .option('--pod-spec <file>', 'YAML or JSON of its pod, or of a Deployment, StatefulSet or List')
    .option(
      '--balancer-idle <time>',
      `how long the balancer keeps idle connections (assumed: ${DEFAULTS.audit.balancerIdleSeconds}s, the default of AWS ALB and nginx)`,
    )
    .option(
      '--drill [what]',
      'measure the shutdown on a copy: the same command, on another port; "target" stops the target itself',
    )
    .option('--json [file]', 'write the report as JSON; "-" or nothing is standard output')
    .option('--save <file>', 'keep the settings that were read')
    .option('--settings <file>', 'judge settings that were kept, instead of a target')
    .option(
      '--fail-on <severity>',
      'exit with 1 when a finding is at least this grave: notice, warning, critical',
    )
    .option('--min-level <number>', 'exit with 1 when the level is lower')
    .option('--quiet', 'level and titles only')
    .addHelpText('after', AUDIT_HELP)
    .action(async (target, pod, options) =>
      (await import('./commands/audit.ts')).auditCommand(target, pod, options),
    );
}
