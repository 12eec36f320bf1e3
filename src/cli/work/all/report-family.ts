// The start and end of every capture of several targets: options for a single one are refused; one report is printed, with
// its exit code.
import { UsageError } from '../../../errors.ts';
import { EXIT, type ExitCode } from '../../../exit-codes.ts';
import { judgeFamily } from '../../../findings/family/judge-family.ts';
import type { FamilyMember, FamilyReport, Severity } from '../../../model/finding.ts';
import { VERSION } from '../../../version.ts';
import type { ReportOutput } from '../../options/report-options.ts';
import { printFamilyReport } from '../../output.ts';
import { familyExitCode } from '../../report-exit.ts';

/** `given`: the options that do not go with several, with what was given of them. Throws UsageError. */
export function refuseTogether(given: Readonly<Record<string, unknown>>): void {
  const [word] = Object.entries(given).find(([, value]) => value !== undefined && value !== false) ?? [];
  if (word !== undefined)
    throw new UsageError(
      `${word} applies to one process, but several are captured.`,
      'Diagnose one process, or leave the option out.',
    );
}

export interface FamilyEnding {
  failOn: Severity | undefined;
  isInterrupted?: boolean;
}

export async function reportFamily(
  members: FamilyMember[],
  output: ReportOutput,
  { failOn, isInterrupted = false }: FamilyEnding,
): Promise<ExitCode> {
  const report: FamilyReport = {
    kind: 'family',
    schemaVersion: 1,
    tool: { name: 'culprit', version: VERSION },
    ...judgeFamily(members),
    members,
  };
  await printFamilyReport(report, output);
  if (isInterrupted && report.verdict === 'too-little-data') return EXIT.interrupted;
  if (members.every((member) => member.report === undefined)) return EXIT.cannotAttach;
  return familyExitCode(report, failOn);
}
