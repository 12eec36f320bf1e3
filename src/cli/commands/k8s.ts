// `culprit k8s`: diagnose through kubectl, a container engine or ssh.

import { DEFAULT_WORDS } from '../../capture/capture-words.ts';
import { DEFAULTS } from '../../defaults.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { CommandLine } from '../command-line.ts';
import { type LiveOptions, withCaptureOptions } from '../options/capture-options.ts';
import { CAPTURE_EXITS, gateExits, withHelpText } from '../options/help-text.ts';
import {
  PLACE_WORDS,
  type PlaceOptions,
  type WhichOption,
  withPlaceOptions,
  withWhich,
} from '../options/place-options.ts';
import { type ReportOptions, withReportOptions } from '../options/report-options.ts';

export interface K8sOptions extends LiveOptions, ReportOptions, PlaceOptions, WhichOption {
  out?: string;
  dryRun?: boolean;
}

// In a pod, memory is somebody's.
const DEFAULTS_IN_PODS = { ...DEFAULT_WORDS, snapshot: DEFAULTS.remote.snapshot };

export function register(program: CommandLine): void {
  const command = program
    .command('k8s')
    .summary('diagnose in a pod, a container or on a host')
    .argument('<pod>', PLACE_WORDS)
    .description('diagnose a process in a pod, a container or on another host: nothing is installed there');
  withPlaceOptions(withCaptureOptions(command, DEFAULTS_IN_PODS));
  withReportOptions(withWhich(command), 'no progress, and verdict and titles only')
    .option('-o, --out <file>', 'keep the recording as this FILE.tgz')
    .option('--dry-run', 'print the commands, and do nothing');
  withHelpText(command, {
    examples: [
      ['culprit k8s deployment/shop -n prod --duration 60s'],
      ['culprit k8s my-container --via podman', 'also docker, "sudo docker", ssh'],
    ],
    exits: { ...CAPTURE_EXITS, ...gateExits('--fail-on') },
  }).action(program.ending(run));
}

export async function run(name: string, options: K8sOptions): Promise<ExitCode> {
  return (await import('../work/k8s.ts')).diagnosePod(name, options);
}
