// The report as terminal text: the verdict, the ranked findings, then what the look cost. Nothing is written here.
import { Chalk, type ChalkInstance } from 'chalk';
import { type Report, SEVERITIES } from '../../model/finding.ts';
import { formatDuration } from '../../units/units.ts';
import { escapeAllStrings } from '../escape.ts';
import { wrapText } from '../layout.ts';
import { renderChecked, renderLevel } from './text-audit.ts';
import { paintSeverity, renderFinding, renderFindingTitle } from './text-finding.ts';
import { renderCost, renderFacts, renderNotApplicable } from './text-footer.ts';
import { renderKeepsAlive } from './text-keeps-alive.ts';

export interface TextOptions {
  colors: boolean;
  /** Columns of the terminal; text is wrapped there, but never narrower than 40. */
  width: number;
  /** Verdict and titles only. */
  quiet?: boolean;
}

const NOT_RESTORED = 'The target could NOT be restored: see the warnings.';

/** The whole report, ending in a newline. Strings from the target are made inert first. */
export function renderText(report: Report, options: TextOptions): string {
  const safe = escapeAllStrings(report);
  const paint = new Chalk({ level: options.colors ? 1 : 0 });
  const width = Math.max(40, options.width);
  const verdict = safe.audit
    ? renderLevel(safe, safe.audit, paint, width)
    : renderVerdict(safe, paint, width);
  if (safe.audit && safe.capture.restored === false) verdict.push(paint.red.bold(NOT_RESTORED));
  const blocks = [verdict];
  if (safe.keepsAlive)
    blocks.unshift(renderKeepsAlive(safe.keepsAlive, paint, width, options.quiet === true));
  if (options.quiet) {
    verdict.push(...safe.findings.flatMap((finding) => renderFindingTitle(finding, paint, width)));
  } else {
    blocks.push(...safe.findings.map((finding) => renderFinding(finding, paint, width)));
    blocks.push(
      safe.audit ? renderChecked(safe.audit, width) : [],
      isOnlyList(safe) ? [] : renderNotApplicable(safe.notApplicable, width),
      renderCost(safe.capture, width),
      renderFacts(safe, width),
    );
  }
  const filled = blocks.filter((block) => block.length > 0);
  return `${filled.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** A look as short as such a list needs says nothing else, and need not say so. */
function isOnlyList({ keepsAlive, verdict }: Report): boolean {
  return keepsAlive !== undefined && verdict === 'too-little-data';
}

function renderVerdict(report: Report, paint: ChalkInstance, width: number): string[] {
  if (isOnlyList(report)) return report.capture.restored === false ? [paint.red.bold(NOT_RESTORED)] : [];
  const headline = wrapText(`${describeVerdict(report)} ${describeTarget(report)}`, width);
  const lines = headline.map((line) => paintVerdict(report, line, paint));
  // With findings, the headline and the list say it.
  if (report.verdictReason !== '' && report.verdict !== 'findings')
    lines.push(...wrapText(report.verdictReason, width));
  // The worst that can happen comes before everything but the answer, also in quiet mode.
  if (report.capture.restored === false) lines.push(paint.red.bold(NOT_RESTORED));
  return lines;
}

function describeVerdict({ verdict, findings }: Report): string {
  if (verdict === 'too-little-data') return 'TOO LITTLE DATA to judge';
  if (verdict === 'healthy') return 'HEALTHY: nothing wrong was found in';
  const counts = [...SEVERITIES].reverse().flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return `${findings.length} ${findings.length === 1 ? 'CAUSE' : 'CAUSES'} found (${counts.join(', ')}) in`;
}

function describeTarget({ target, capture }: Report): string {
  const name = target.title ?? 'the recorded process';
  const pid = target.pid === null ? '' : ` (pid ${target.pid})`;
  return `${name}${pid}, watched for ${formatDuration(capture.durationMillis)}`;
}

function paintVerdict({ verdict, findings }: Report, text: string, paint: ChalkInstance): string {
  if (verdict === 'healthy') return paint.green.bold(text);
  const worst = [...SEVERITIES]
    .reverse()
    .find((severity) => findings.some((finding) => finding.severity === severity));
  return paintSeverity(worst ?? 'warning', text, paint);
}
