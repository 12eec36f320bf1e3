// `culprit triage`: which options it has, and its help.
import type { Command } from 'commander';
import { withPlaceOptions } from './remote-place.ts';

const TRIAGE_HELP = `
Logs may be plain text or JSON lines, as a program, kubectl, docker, CRI, journald or pm2 writes them, also .gz;
several files are read in the order given. "-" is standard input:
  kubectl logs shop-7c9d8 --previous | culprit triage -
  culprit triage k8s deployment/shop -n prod      logs, status and events of its pod, through kubectl
  culprit triage k8s my-container --via podman
  culprit triage --pod-status pod.json --events events.json shop.log

Exit codes: 0 done, 1 a gate failed (--fail-on), 2 wrong use, or nothing that is a log.`;

export function addTriageCommand(program: Command): void {
  const command = program
    .command('triage')
    .argument(
      '[files...]',
      'logs, diagnostic reports (report.*.json), "-" for standard input; or "k8s" and a pod',
    )
    .description(
      'why did a Node.js process end: from its logs, diagnostic reports, exit code and pod status',
    );
  withPlaceOptions(command, false)
    .option('--exit-code <code>', 'what the process ended with: 137, 1, SIGKILL')
    .option('--pod-status <file>', 'what `kubectl get pod NAME -o json` printed')
    .option('--events <file>', 'what `kubectl get events -o json` printed')
    .option(
      '--sources <dir>',
      'the folder with the program and its source maps, to name the lines people wrote',
    )
    .option('--json [file]', 'write the report as JSON; "-" or nothing is standard output')
    .option(
      '--fail-on <severity>',
      'exit with 1 when a finding is at least this grave: notice, warning, critical',
    )
    .option('--quiet', 'verdict and titles only')
    .addHelpText('after', TRIAGE_HELP)
    .action(async (files, options) => (await import('./commands/triage.ts')).triageCommand(files, options));
}
