// Findings of a comparison as terminal text: new, accepted, gone, and on both sides.
import type { ChalkInstance } from 'chalk';
import type { Comparison, FindingChange } from '../../../model/comparison/comparison.ts';
import { formatNumber } from '../../../units/units.ts';
import { hangingLines, labelledLines } from '../../layout.ts';
import { paintSeverity } from '../../text/text-finding.ts';
import { groupFindings } from '../selection.ts';
import { describeAcceptance, describePlace } from '../words.ts';

const MOST_NEW = 20;
const MOST_OTHERS = 10;

/** One block a group that is not empty. Strings must be escaped already. */
export function renderFindings(comparison: Comparison, paint: ChalkInstance, width: number): string[][] {
  const { fresh, accepted, gone, kept } = groupFindings(comparison);
  return [
    block('New findings', fresh, MOST_NEW, (finding) => newLines(finding, paint, width)),
    block('Accepted findings', accepted, MOST_OTHERS, (finding) => [
      ...renderFindingTitle(finding, paint, width, '   '),
      ...hangingLines('      ', describeAcceptance(finding), width),
    ]),
    block('Gone since base', gone, MOST_OTHERS, (finding) =>
      renderFindingTitle(finding, paint, width, '   '),
    ),
    block('On both sides', kept, MOST_OTHERS, (finding) => renderFindingTitle(finding, paint, width, '   ')),
  ].map((lines) => lines.map((line, index) => (index === 0 ? paint.bold(line) : line)));
}

function block(
  title: string,
  findings: FindingChange[],
  most: number,
  render: (finding: FindingChange) => string[],
): string[] {
  if (findings.length === 0) return [];
  const rest = findings.length - most;
  return [
    title,
    ...findings.slice(0, most).flatMap(render),
    ...(rest > 0 ? [`   and ${formatNumber(rest)} more (all are in the JSON)`] : []),
  ];
}

/** "CRITICAL new heap-leak: title", wrapped. */
export function renderFindingTitle(
  { severity, kind, title, presence }: FindingChange,
  paint: ChalkInstance,
  width: number,
  indent = '',
): string[] {
  const mark = severity.toUpperCase();
  const isNew = presence === 'new' ? 'new ' : '';
  return hangingLines(`${indent}${mark} `, `${isNew}${kind}: ${title}`, width).map((line, index) =>
    index === 0 ? line.replace(mark, () => paintSeverity(severity, mark, paint)) : line,
  );
}

function newLines(finding: FindingChange, paint: ChalkInstance, width: number): string[] {
  const where = [describePlace(finding), finding.function ?? ''].filter((part) => part !== '').join(', in ');
  return [
    ...renderFindingTitle(finding, paint, width),
    ...(where === '' ? [] : labelledLines('Where', [where], width)),
    ...labelledLines('Fix', finding.advice, width).map((line) => paint.green(line)),
    ...labelledLines('Fingerprint', [finding.fingerprint], width),
  ];
}
