// The nouns of reports and findings. Their shapes are the published contract: wire/report.

export type {
  FamilyCause,
  FamilyDifference,
  FamilyMember,
  FamilyOddOne,
  FamilyReport,
} from '../wire/family-report.ts';
export type { Audit, AuditCheck } from '../wire/report/audit.ts';
export type { ReportCapture, ReportLook, ReportStall, Work } from '../wire/report/capture.ts';
export type {
  ChainLink,
  ConfigurationFinding,
  CrashFinding,
  Finding,
  NotApplicable,
} from '../wire/report/finding.ts';
export type { Evidence, Impact, Subject } from '../wire/report/impact.ts';
export type { KeepsAlive, KeptAliveBy } from '../wire/report/keeps-alive.ts';
export { FINDING_KINDS, type FindingKind, SEVERITIES, type Severity } from '../wire/report/names.ts';
export type { NextMeasurement } from '../wire/report/next-measurement.ts';
export type {
  AuditReport,
  DiagnosisReport,
  Report,
  TriageReport,
  TriageSources,
  Verdict,
} from '../wire/report/report.ts';
export type { ReportContainer, ReportProcess, ReportTarget } from '../wire/report/target.ts';
export type { ReportWarning } from '../wire/report/warning.ts';
