// A diagnosis as blocks of terminal text: the verdict, the ranked findings, then what the capture cost.

import type { ChalkInstance } from 'chalk';
import { type DiagnosisReport, type ReportCapture, SEVERITIES } from '../../../model/finding.ts';
import { formatCount, formatDuration } from '../../../units/units.ts';
import { hangingLines, labelledLines, wrapText } from '../../layout.ts';
import { describeNext } from '../chain-text.ts';
import { contentsBlock } from '../contents-text.ts';
import { describeSteps } from '../impact-text.ts';
import type { Page } from '../page.ts';
import { NOT_RESTORED } from '../restored-text.ts';
import { countBySeverity, paintSeverity, renderFinding, renderFindingTitle } from '../text-finding.ts';
import { renderCost, renderFacts, renderNotApplicable } from '../text-footer.ts';
import { renderKeepsAlive } from '../text-keeps-alive.ts';
import { type By, whereBlocks } from '../where-text.ts';

/** Strings must be escaped already. Blocks may be empty. `by`: which tables are shown where there are any. */
export function diagnosisBlocks(report: DiagnosisReport, page: Page, by: readonly By[]): string[][] {
  const { paint, width, quiet } = page;
  const { findings, keepsAlive, capture } = report;
  const alive = keepsAlive ? renderKeepsAlive(keepsAlive, paint, width, quiet) : [];
  const verdict = renderVerdict(report, paint, width);
  if (quiet)
    return [alive, [...verdict, ...findings.flatMap((each) => renderFindingTitle(each, paint, width))]];
  const tables = whereBlocks(report, page, by);
  if (isFileOnly(report)) return fileBlocks(report, page, tables);
  return [
    ...tables,
    alive,
    verdict,
    ...findings.map((finding) => renderFinding(finding, paint, width)),
    isOnlyList(report) || findings.some((finding) => finding.nextMeasurement)
      ? []
      : labelledLines('Not known', describeNext(report.nextMeasurement), width),
    isOnlyList(report) ? [] : renderNotApplicable(report.notApplicable, width),
    renderCost(capture, width),
    renderTarget(report, width),
  ];
}

/** A file that another tool made: nobody was watched, and nothing was attached. */
function isFileOnly({ where, contents, target, capture }: DiagnosisReport): boolean {
  return contents !== undefined || (where !== undefined && target.pid === null && capture.steps.length === 0);
}

/** What the file says comes first, then what can be judged of it; what was not is one line. */
function fileBlocks(report: DiagnosisReport, page: Page, tables: string[][]): string[][] {
  const { paint, width } = page;
  const { findings, notApplicable, contents, verdictReason, warnings } = report;
  const count = `${findings.length} ${findings.length === 1 ? 'CAUSE' : 'CAUSES'} found (${countBySeverity(findings)})`;
  const verdict =
    findings.length > 0
      ? [paintVerdict(report, count, paint)]
      : wrapText(`NO VERDICT: ${verdictReason}`, width);
  return [
    contents ? contentsBlock(contents, page) : [],
    ...tables,
    verdict,
    ...findings.map((finding) => renderFinding(finding, paint, width)),
    sayNotJudged(notApplicable, width),
    warnings.flatMap(({ message }) => hangingLines('Note: ', message, width)),
  ];
}

/** A file shows little of all that can go wrong: which kinds those are is in the JSON report. */
function sayNotJudged(items: DiagnosisReport['notApplicable'], width: number): string[] {
  if (items.length === 0) return [];
  const [first] = items.filter(({ kind }) => kind === 'event-loop-block');
  const why = first ? `, event-loop-block among them (${first.reason})` : '';
  return hangingLines(
    'Not judged: ',
    `${formatCount(items.length, 'kind')} of causes that this file does not show${why}; --json lists them.`,
    width,
  );
}

/** A look as short as such a list needs says nothing else, and need not say so. */
function isOnlyList({ keepsAlive, verdict }: DiagnosisReport): boolean {
  return keepsAlive !== undefined && verdict === 'too-little-data';
}

function renderVerdict(report: DiagnosisReport, paint: ChalkInstance, width: number): string[] {
  // The worst that can happen comes before everything but the answer, also in quiet mode.
  const failure = report.capture.restored === false ? [paint.red.bold(NOT_RESTORED)] : [];
  if (isOnlyList(report)) return failure;
  const headline = wrapText(`${describeVerdict(report)} ${describeTarget(report)}`, width);
  // With findings, the headline and the list say it.
  const hasReason = report.verdictReason !== '' && report.verdict !== 'findings';
  const reason = hasReason ? wrapText(report.verdictReason, width) : [];
  const { chosen } = report.target;
  return [
    ...headline.map((line) => paintVerdict(report, line, paint)),
    ...(chosen === undefined ? [] : wrapText(chosen, width)),
    ...reason,
    ...failure,
  ];
}

function describeVerdict({ verdict, findings }: DiagnosisReport): string {
  if (verdict === 'too-little-data') return 'TOO LITTLE DATA to judge';
  if (verdict === 'idle') return 'IDLE: nothing to judge in';
  if (verdict === 'healthy') return 'HEALTHY: nothing wrong was found in';
  return `${findings.length} ${findings.length === 1 ? 'CAUSE' : 'CAUSES'} found (${countBySeverity(findings)}) in`;
}

function describeTarget(report: DiagnosisReport): string {
  const { target, capture, contents } = report;
  if (contents) return 'the diagnostic report';
  if (isFileOnly(report)) return 'the profile';
  const name = target.title ?? 'the recorded process';
  const pid = target.pid === null ? '' : ` (pid ${target.pid})`;
  const app = target.app === undefined ? '' : `${target.app}: `;
  const watched = formatDuration(capture.durationMillis);
  const hasEnded = report.warnings.some(({ code }) => code === 'target-ended');
  return `${app}${name}${pid}, ${hasEnded ? `which ended after ${watched}` : `watched for ${watched}`}`;
}

function paintVerdict({ verdict, findings }: DiagnosisReport, text: string, paint: ChalkInstance): string {
  if (verdict === 'healthy') return paint.green.bold(text);
  const worst = [...SEVERITIES]
    .reverse()
    .find((severity) => findings.some((finding) => finding.severity === severity));
  return paintSeverity(worst ?? 'warning', text, paint);
}

function renderTarget({ target, capture, warnings }: DiagnosisReport, width: number): string[] {
  const steps = capture.steps.length === 0 ? '' : ` (${describeSteps(capture.steps)})`;
  return renderFacts(
    {
      target,
      threadNames: target.threads.map(({ name }) => name),
      captured: `${formatDuration(capture.durationMillis)}${steps}`,
      files: describeFiles(capture.files),
      warnings: [...warnings, ...capture.warnings],
    },
    width,
  );
}

/** One heap profile is like the next: only their number matters. */
function describeFiles(files: ReportCapture['files']): string {
  const heapProfiles = files.filter(({ kind, lost }) => kind === 'heap-profile' && !lost).length;
  const others = files
    .filter(({ kind, lost }) => kind !== 'heap-profile' || lost)
    .map(({ path, lost }) => (lost ? `${path} (${lost})` : path));
  return [...new Set(others), ...(heapProfiles > 0 ? [formatCount(heapProfiles, 'heap profile')] : [])].join(
    ', ',
  );
}
