// Which exit code a report deserves.
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type FamilyReport, type Report, SEVERITIES, type Severity } from '../model/finding.ts';
import type { HeapReport } from '../model/heap/heap-report.ts';

/** `failOn` absent: findings are no failure. Interrupted counts only where the report could not judge. */
export function exitCodeFor(report: Report, failOn: Severity | undefined, isInterrupted = false): ExitCode {
  if (isInterrupted && report.verdict === 'too-little-data') return EXIT.interrupted;
  if (failOn === undefined) return EXIT.done;
  // A gate passes only where it is known that nothing has to stop it.
  if (report.kind === 'triage' && report.verdict === 'too-little-data') return EXIT.cannotAttach;
  const least = SEVERITIES.indexOf(failOn);
  return report.findings.some(({ severity }) => SEVERITIES.indexOf(severity) >= least)
    ? EXIT.gateFailed
    : EXIT.done;
}

/** The most serious of all causes counts. */
export function familyExitCode({ causes }: FamilyReport, failOn: Severity | undefined): ExitCode {
  if (failOn === undefined) return EXIT.done;
  const least = SEVERITIES.indexOf(failOn);
  return causes.some(({ finding }) => SEVERITIES.indexOf(finding.severity) >= least)
    ? EXIT.gateFailed
    : EXIT.done;
}

/** As for findings: growth is a failure only when it was asked to be one. */
export function heapExitCode({ verdict }: HeapReport, failOnGrowth: boolean): ExitCode {
  return failOnGrowth && (verdict === 'growth' || verdict === 'heap-grew') ? EXIT.gateFailed : EXIT.done;
}
