// What a page can show: every JSON document that a command ends with.
import type { Comparison } from '../../model/comparison/comparison.ts';
import type { FamilyReport, Report } from '../../model/finding.ts';
import type { HeapReport } from '../../model/heap/heap-report.ts';
import type { WatchReport } from '../../wire/watch/report.ts';

export type PageReport = Report | HeapReport | Comparison | FamilyReport | WatchReport;

/** The target is not as it was found. */
export function isNotRestored(report: PageReport): boolean {
  const look = 'capture' in report ? report.capture : 'look' in report ? report.look : null;
  return look?.restored === false;
}

export const isHeapReport = (report: PageReport): report is HeapReport => 'snapshots' in report;
export const isWatch = (report: PageReport): report is WatchReport =>
  'kind' in report && report.kind === 'watch';
export const isComparison = (report: PageReport): report is Comparison => 'metrics' in report;
