// Writing results: the report to standard output or a file, whole or not at all.
import type { FamilyReport, Report } from '../model/finding.ts';
import type { HeapReport } from '../model/heap/heap-report.ts';
import { writeOutputFile } from '../recording/output-file.ts';
import { renderHeapText } from '../report/heap/heap-text.ts';
import { renderJson } from '../report/json.ts';
import type { PageReport } from '../report/page/page-report.ts';
import { renderFamilyText } from '../report/text/pages/family-text.ts';
import { renderText, type TextOptions } from '../report/text/text.ts';
import { rememberReport } from './last-report.ts';
import type { HtmlOption, ReportOutput } from './options/report-options.ts';
import { tryToWrite } from './outputs/failures.ts';
import { usesColors } from './terminal.ts';

/** `by`: which tables of where time and memory went are shown; absent: the usual ones. */
export async function printReport(
  report: Report,
  output: ReportOutput,
  by?: TextOptions['by'],
): Promise<void> {
  await writeHtml(report, output);
  printEither(`${renderJson(report)}\n`, (look) => renderText(report, { ...look, by }), output);
}

export async function printFamilyReport(report: FamilyReport, output: ReportOutput): Promise<void> {
  await writeHtml(report, output);
  printEither(renderJson(report), (look) => renderFamilyText(report, look), output);
}

export async function printHeapReport(report: HeapReport, output: ReportOutput): Promise<void> {
  await writeHtml(report, output);
  printEither(renderJson(report), (look) => renderHeapText(report, look), output);
}

/** Nothing without `--html`. */
export async function writeHtml(report: PageReport, { html }: HtmlOption): Promise<void> {
  if (html === undefined) return;
  const { renderHtml } = await import('../report/page/html.ts');
  if (!writeWhole(html, renderHtml(report))) return;
  rememberReport(html);
  process.stderr.write(`HTML report: ${html}\n`);
}

function printEither(
  asJson: string,
  asText: (look: TextOptions) => string,
  { json, quiet }: ReportOutput,
): void {
  if (json === true || json === '-') {
    process.stdout.write(asJson);
    return;
  }
  if (typeof json === 'string') writeWhole(json, asJson);
  const width = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
  process.stdout.write(asText({ colors: usesColors(), width, quiet }));
}

/**
 * As a whole or not at all; where it cannot be written this is said, and the command goes on. False then: the exit code
 * tells it in the end.
 */
export function writeWhole(path: string, content: string | Uint8Array): boolean {
  return tryToWrite(() => writeOutputFile(path, content));
}
