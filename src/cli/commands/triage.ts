// `culprit triage`: why a process ended, from logs and reports. Reads files; touches no process.
import { UsageError } from '../../errors.ts';
import { renderTriageText } from '../../report/triage-text.ts';
import { sourceFolder } from '../../triage/source-folder.ts';
import { triage } from '../../triage/triage.ts';
import { VERSION } from '../../version.ts';
import { exitCodeFor, parseSeverity } from '../exit-codes.ts';
import { printTriage, type ReportOutput } from '../output.ts';
import { openTriageFiles, readJsonFile } from '../triage-files.ts';

interface TriageOptions extends ReportOutput {
  exitCode?: string;
  podStatus?: string;
  events?: string;
  sources?: string;
  failOn?: string;
}

export async function triageCommand(files: readonly string[], options: TriageOptions): Promise<void> {
  const failOn = parseSeverity(options.failOn);
  const exit = parseExit(options.exitCode);
  if (files.length === 0 && !options.podStatus && !exit)
    throw new UsageError(
      'There is nothing to read.',
      'Give log files, "-" for standard input, or --pod-status.',
    );
  const podStatus =
    options.podStatus === undefined ? undefined : await readJsonFile(options.podStatus, 'pod');
  const events = options.events === undefined ? undefined : await readJsonFile(options.events, 'events');
  const readText = options.sources === undefined ? undefined : sourceFolder(options.sources);
  const { logs, reports } = await openTriageFiles(files);
  const report = await triage({ logs, reports, podStatus, events, exit, readText, version: VERSION });
  printTriage(report, renderTriageText, options);
  process.exitCode = exitCodeFor(report, failOn);
}

function parseExit(word: string | undefined): { code: number | null; signal: string | null } | undefined {
  if (word === undefined) return undefined;
  if (/^SIG[A-Z]{2,6}$/.test(word)) return { code: null, signal: word };
  const code = Number(word);
  if (!/^\d{1,3}$/.test(word) || code > 255)
    throw new UsageError(
      `"${word}" is no exit code.`,
      'Give a number from 0 to 255, or a signal as SIGKILL.',
    );
  return { code, signal: null };
}
