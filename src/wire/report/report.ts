// The report: the public JSON contract, version 2, one shape for each kind of report. Fields are added within a version,
// never renamed. Absent means unknown; unknown is never 0.
import * as v from 'valibot';
import { audit } from './audit.ts';
import { reportCapture, reportLook, work } from './capture.ts';
import { configurationFinding, crashFinding, finding, notApplicable } from './finding.ts';
import { keepsAlive } from './keeps-alive.ts';
import { nextMeasurement } from './next-measurement.ts';
import { pictures } from './pictures/pictures.ts';
import { profileTables, reportContents } from './profile-tables.ts';
import { count, tool } from './scalars.ts';
import { reportProcess, reportTarget } from './target.ts';
import { reportWarning } from './warning.ts';

/** `idle`: it did no work while it was watched, so that silence says nothing. */
export const verdict = v.picklist(['findings', 'healthy', 'idle', 'too-little-data']);
export type Verdict = v.InferOutput<typeof verdict>;

/** What every report begins and ends with, whatever it is of. */
const shared = {
  schemaVersion: v.literal(2),
  tool,
  verdict,
  /** Why, in one sentence; for too little data also what would be enough. */
  verdictReason: v.string(),
  /** What it leaves open, as a whole; absent: nothing that a command would settle. */
  nextMeasurement: v.optional(nextMeasurement),
  warnings: v.array(reportWarning),
};

/** A process that was watched for a while, live or from a recording. */
export const diagnosisReport = v.object({
  kind: v.literal('diagnosis'),
  ...shared,
  target: reportTarget,
  capture: reportCapture,
  findings: v.array(finding),
  notApplicable: v.array(notApplicable),
  /** Only when asked for. */
  keepsAlive: v.optional(keepsAlive),
  /** Of a process that was watched. */
  work: v.optional(work),
  /** Of profiles that other tools made, and of a recording's when asked for: one for each thread and heap profile. */
  where: v.optional(v.array(profileTables)),
  /** Of a diagnostic report. */
  contents: v.optional(reportContents),
  /** Only when asked for: with `--html`, and in the evidence of a watch. */
  pictures: v.optional(pictures),
});
export type DiagnosisReport = v.InferOutput<typeof diagnosisReport>;

/** The settings of a process, read in one look. */
export const auditReport = v.object({
  kind: v.literal('audit'),
  ...shared,
  target: reportProcess,
  look: reportLook,
  findings: v.array(configurationFinding),
  audit,
});
export type AuditReport = v.InferOutput<typeof auditReport>;

/** What a triage was made from. */
export const triageSources = v.object({
  /** File or container names, in the order they were read. */
  logs: v.array(v.string()),
  lines: count,
  /** Processes, pods or services that the logs tell apart. */
  writers: count,
  diagnosticReports: count,
  hasPodStatus: v.boolean(),
});
export type TriageSources = v.InferOutput<typeof triageSources>;

/** Processes that have ended, from what they left behind. */
export const triageReport = v.object({
  kind: v.literal('triage'),
  ...shared,
  target: reportProcess,
  read: triageSources,
  findings: v.array(crashFinding),
});
export type TriageReport = v.InferOutput<typeof triageReport>;

export const report = v.variant('kind', [diagnosisReport, auditReport, triageReport]);
export type Report = v.InferOutput<typeof report>;
