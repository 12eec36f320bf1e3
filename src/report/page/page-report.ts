// What a page can show: every JSON document that a command ends with.
import type { Comparison } from '../../model/comparison/comparison.ts';
import type { Report } from '../../model/finding.ts';
import type { HeapReport } from '../../model/heap/heap-report.ts';

export type PageReport = Report | HeapReport | Comparison;

export const isHeapReport = (report: PageReport): report is HeapReport => 'snapshots' in report;
export const isComparison = (report: PageReport): report is Comparison => 'metrics' in report;
