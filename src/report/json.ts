// The report as JSON: the public contract, described by schema/report-v2.schema.json,
// schema/heap-report-v1.schema.json and schema/family-report-v1.schema.json.
import type { FamilyReport, Report } from '../model/finding.ts';
import type { HeapReport } from '../model/heap/heap-report.ts';
import { jsonForTerminal } from './escape.ts';

/** The report, indented, ending in a newline; safe to print, and equal to `report` when parsed. */
export function renderJson(report: Report | HeapReport | FamilyReport): string {
  return `${jsonForTerminal(report)}\n`;
}
