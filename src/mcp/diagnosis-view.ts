// A diagnosis in the form that a tool returns.
import { confidenceLevel } from '../model/confidence.ts';
import type { DiagnosisReport } from '../model/finding.ts';
import { formatCount, formatDuration } from '../units/units.ts';
import type { Answer } from './answer.ts';
import { shortFinding } from './finding-views.ts';
import type { Kept } from './recordings.ts';
import { linksTo } from './report-files.ts';

/** The most serious in short; the titles of those that follow. */
const MOST_TOLD = 3;

/** `chosen`: why it was another process than the named one. */
export function describeDiagnosis(kept: Kept, chosen?: string): Answer {
  const { handle, report } = kept;
  const { verdict, verdictReason, findings, target, capture, work, warnings } = report;
  const told = findings.slice(0, MOST_TOLD);
  return {
    summary: `${sayVerdict(report)} Recording ${handle}, ${formatDuration(capture.durationMillis)}.`,
    body: {
      recording: handle,
      verdict,
      reason: verdictReason,
      target: { pid: target.pid, command: target.title, node: target.nodeVersion, app: target.app, chosen },
      work: { requestsPerSecond: rounded(work?.requestsPerSecond), cpuCores: rounded(work?.cpuCores) },
      restored: capture.restored,
      findings: told.map(shortFinding),
      ...(findings.length > told.length && {
        alsoFound: findings.slice(MOST_TOLD).map(({ rank, title }) => `${rank}. ${title}`),
      }),
      warnings: warnings.map(({ message }) => message),
    },
    notJudged: whatWasNotJudged(report),
    nextMeasurement: report.nextMeasurement,
    links: linksTo(kept),
  };
}

function sayVerdict({ verdict, findings }: DiagnosisReport): string {
  const surest = findings[0];
  if (surest)
    return `${formatCount(findings.length, 'finding')}, the first: ${surest.kind}, confidence ${confidenceLevel(surest.confidence)}.`;
  return `Verdict: ${verdict}.`;
}

/** Kinds with the same reason together. */
export function whatWasNotJudged({ notApplicable }: DiagnosisReport): string[] {
  const byReason = new Map<string, string[]>();
  for (const { kind, reason } of notApplicable) byReason.set(reason, [...(byReason.get(reason) ?? []), kind]);
  return [...byReason].map(([reason, kinds]) => `${kinds.join(', ')}: ${reason}`);
}

const rounded = (value: number | undefined) =>
  value === undefined ? undefined : Math.round(value * 100) / 100;
