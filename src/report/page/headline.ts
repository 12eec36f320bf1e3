// The first screen of a report: the verdict in a sentence, three numbers, the cause and what to do. Pure text, made from the
// report's typed values; strings must be inert already.
import { auditHeadline } from './headlines/audit.ts';
import { comparisonHeadline } from './headlines/comparison.ts';
import { diagnosisHeadline } from './headlines/diagnosis.ts';
import { familyHeadline } from './headlines/family.ts';
import { heapHeadline } from './headlines/heap.ts';
import type { Headline } from './headlines/parts.ts';
import { triageHeadline } from './headlines/triage.ts';
import { watchHeadline } from './headlines/watch.ts';
import { isComparison, isHeapReport, type PageReport } from './page-report.ts';

export function headlineOf(report: PageReport): Headline {
  if (isHeapReport(report)) return heapHeadline(report);
  if (isComparison(report)) return comparisonHeadline(report);
  switch (report.kind) {
    case 'diagnosis':
      return diagnosisHeadline(report);
    case 'audit':
      return auditHeadline(report);
    case 'triage':
      return triageHeadline(report);
    case 'watch':
      return watchHeadline(report);
    case 'family':
      return familyHeadline(report);
  }
}

/** Of the document, as a tab shows it. */
export function titleOf(report: PageReport): string {
  const { mark, sentence } = headlineOf(report);
  return `${mark}: ${sentence.replaceAll('`', '')}`;
}
