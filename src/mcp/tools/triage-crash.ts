// `triage_crash`: why a process ended, from what it left behind.
import * as v from 'valibot';
import { UsageError } from '../../errors.ts';
import { confidenceLevel } from '../../model/confidence.ts';
import type { TriageReport } from '../../model/finding.ts';
import { openTriageFiles } from '../../triage/read/triage-files.ts';
import { triage } from '../../triage/triage.ts';
import { VERSION } from '../../version.ts';
import { shortFinding } from '../finding-views.ts';
import { pathWord } from '../recording-word.ts';
import { READS_ONLY, type Tool } from '../tool.ts';

const MOST_LOG = 500_000;

const entries = {
  files: v.optional(
    v.pipe(
      v.array(pathWord),
      v.maxLength(20),
      v.description('Paths of logs (plain or .gz), diagnostic reports and statuses, the oldest first.'),
    ),
    [],
  ),
  log: v.optional(
    v.pipe(v.string(), v.maxLength(MOST_LOG), v.description('The end of a log as text, in place of a file.')),
  ),
  exitCode: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255), v.description('137, 1, ...')),
  ),
  signal: v.optional(
    v.pipe(v.string(), v.regex(/^SIG[A-Z]{2,6}$/), v.description('Signal that ended it: SIGKILL, ...')),
  ),
};

export const triageCrashTool: Tool<typeof entries> = {
  name: 'triage_crash',
  title: 'Triage a crash',
  description:
    'Tells why a Node.js process ended: from its logs, diagnostic reports, exit code, and what kubectl describe or docker inspect printed. Groups equal crashes and names the first cause and its line.',
  entries,
  annotations: READS_ONLY,
  async run({ files, log, exitCode, signal }, { session }) {
    if (files.length === 0 && log === undefined && exitCode === undefined && signal === undefined)
      throw new UsageError('There is nothing to read.', 'Give files, log, exitCode or signal.');
    const found = await openTriageFiles(files.map((path) => session.files.check(path)));
    const exit =
      exitCode === undefined && signal === undefined
        ? undefined
        : { code: exitCode ?? null, signal: signal ?? null };
    const report = await triage({
      logs: [...found.logs, ...(log === undefined ? [] : [{ name: 'log', chunks: chunksOf(log) }])],
      reports: found.reports,
      documents: found.documents,
      podStatus: listOf(found.pods),
      events: listOf(found.events),
      exit,
      version: VERSION,
    });
    const [first] = report.findings;
    return {
      summary: first
        ? `Label of the first cause: ${first.crash.label}, confidence ${confidenceLevel(first.confidence)}.`
        : `Verdict: ${report.verdict}.`,
      body: {
        verdict: report.verdict,
        reason: report.verdictReason,
        read: report.read,
        findings: report.findings.map((finding) => ({
          label: finding.crash.label,
          ...shortFinding(finding),
        })),
      },
      notJudged: whatIsMissing(report, exit !== undefined),
      nextMeasurement: report.nextMeasurement,
    };
  },
};

const listOf = (items: readonly unknown[]) => (items.length === 0 ? undefined : { kind: 'List', items });

async function* chunksOf(text: string): AsyncGenerator<string> {
  yield text;
}

function whatIsMissing({ read }: TriageReport, isExitKnown: boolean): string[] {
  return [
    ...(isExitKnown || read.hasPodStatus
      ? []
      : ['How the process ended, apart from what its log shows: no exit code or status was given.']),
    ...(read.diagnosticReports > 0
      ? []
      : ['The heap and the handles at the end: no diagnostic report was given.']),
  ];
}
