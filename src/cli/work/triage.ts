// `culprit triage`: why a process ended, from logs and reports. Reads files; touches no process.
import { UsageError } from '../../errors.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { type Runs, readEngineStatus, readEvents, readLog } from '../../remote/container-logs.ts';
import { sourceFolder } from '../../triage/read/source-folder.ts';
import { openTriageFiles, readKubectlOutput } from '../../triage/read/triage-files.ts';
import { type TriageInput, triage } from '../../triage/triage.ts';
import { VERSION } from '../../version.ts';
import type { PlaceOptions } from '../options/place-options.ts';
import type { ReportOptions } from '../options/report-options.ts';
import { printReport } from '../output.ts';
import { findPlace } from '../remote-place.ts';
import { exitCodeFor } from '../report-exit.ts';

export interface TriageOptions extends ReportOptions {
  exitCode?: string;
  podStatus?: string;
  events?: string;
  sources?: string;
}

export interface PodTriageOptions extends TriageOptions, PlaceOptions {}

/** Logs and reports in files, or from standard input. */
export async function triageFiles(files: readonly string[], options: TriageOptions): Promise<ExitCode> {
  const exit = parseExit(options.exitCode);
  return judge(await fromFiles(files, options, exit), exit, options);
}

/** What kubectl or a container engine knows of a pod or container. */
export async function triagePod(name: string, options: PodTriageOptions): Promise<ExitCode> {
  const exit = parseExit(options.exitCode);
  return judge(await fromPlace(name, options), exit, options);
}

async function judge(
  gathered: Gathered,
  exit: TriageInput['exit'],
  options: TriageOptions,
): Promise<ExitCode> {
  const readText = options.sources === undefined ? undefined : sourceFolder(options.sources);
  const report = await triage({ exit, readText, version: VERSION, ...gathered });
  await printReport(report, options);
  return exitCodeFor(report, options.failOn);
}

type Gathered = Pick<TriageInput, 'logs' | 'reports' | 'documents' | 'podStatus' | 'events'>;

async function fromFiles(
  files: readonly string[],
  options: TriageOptions,
  exit: TriageInput['exit'],
): Promise<Gathered> {
  if (files.length === 0 && !options.podStatus && !exit)
    throw new UsageError(
      'There is nothing to read.',
      'Give log files, "-" for standard input, --pod-status, or k8s and a pod.',
    );
  const podStatus =
    options.podStatus === undefined ? undefined : await readKubectlOutput(options.podStatus, 'pod');
  const events = options.events === undefined ? undefined : await readKubectlOutput(options.events, 'events');
  const { logs, reports, documents, pods, events: printed } = await openTriageFiles(files);
  return {
    logs,
    reports,
    documents,
    podStatus: podStatus ?? (pods.length === 0 ? undefined : { kind: 'List', items: pods }),
    events: events ?? (printed.length === 0 ? undefined : { kind: 'List', items: printed }),
  };
}

async function fromPlace(name: string, options: PodTriageOptions): Promise<Gathered> {
  const { place, pod } = await findPlace(name, options, true);
  const log = (runs: Runs) => ({ name: place.container ?? place.name, chunks: readLog(place, runs) });
  if (pod) return { logs: [log(pod.container)], podStatus: pod.json, events: await readEvents(place) };
  if (place.transport.engine === 'ssh')
    throw new UsageError(
      'A host has no single log that culprit could fetch.',
      'Pipe the log in: ssh HOST journalctl -u SERVICE | culprit triage -',
    );
  const { status, runs } = await readEngineStatus(place);
  return { logs: [log(runs)], podStatus: status };
}

function parseExit(word: string | undefined): { code: number | null; signal: string | null } | undefined {
  if (word === undefined) return undefined;
  if (/^SIG[A-Z]{2,6}$/.test(word)) return { code: null, signal: word };
  const code = Number(word);
  if (!/^\d{1,3}$/.test(word) || code > 255)
    throw new UsageError(
      `"${word}" is not an exit code.`,
      'Give a number from 0 to 255, or a signal such as SIGKILL.',
    );
  return { code, signal: null };
}
