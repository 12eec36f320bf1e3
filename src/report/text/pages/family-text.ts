// Several processes or pods side by side as terminal text: which have a problem, one line for each, then each cause once.
import { Chalk } from 'chalk';
import type {
  FamilyCause,
  FamilyDifference,
  FamilyMember,
  FamilyOddOne,
  FamilyReport,
} from '../../../model/finding.ts';
import { formatDuration } from '../../../units/units.ts';
import { escapeAllStrings } from '../../escape.ts';
import { hangingLines, labelledLines, wrapText } from '../../layout.ts';
import { arePods, sayWhere, sideBySide, warningsOf } from '../member-words.ts';
import type { Page } from '../page.ts';
import { plainTable } from '../plain-table.ts';
import { NOT_RESTORED } from '../restored-text.ts';
import type { TextOptions } from '../text.ts';
import { paintSeverity, renderFinding, renderFindingTitle } from '../text-finding.ts';

/** The whole report, ending in a newline. Strings from the targets are made inert first. */
export function renderFamilyText(report: FamilyReport, options: TextOptions): string {
  const { colors, quiet = false } = options;
  const page: Page = {
    paint: new Chalk({ level: colors ? 1 : 0 }),
    width: Math.max(40, options.width),
    quiet,
  };
  const safe = escapeAllStrings(report);
  const blocks = [
    headline(safe, page),
    tableOf(safe.members),
    ...safe.causes.map((cause) => renderCause(cause, safe, page)),
    safe.oddOnes.flatMap((oddOne) => renderOddOne(oddOne, page)),
    quiet ? [] : footer(safe.members, page),
  ].filter((block) => block.length > 0);
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function tableOf(members: readonly FamilyMember[]): string[] {
  const { head, rows } = sideBySide(members);
  return plainTable(
    head.map((word) => word.toUpperCase()),
    rows,
  );
}

const HEADLINES = {
  findings: 'SICK',
  healthy: 'HEALTHY',
  idle: 'IDLE',
  'too-little-data': 'TOO LITTLE DATA',
} as const;

function headline(
  { verdict, verdictReason, causes, members }: FamilyReport,
  { paint, width }: Page,
): string[] {
  const isMixed = verdict === 'idle' && members.some(({ report }) => report?.verdict === 'healthy');
  const text = wrapText(`${isMixed ? 'PARTLY IDLE' : HEADLINES[verdict]}: ${verdictReason}`, width);
  const painted = text.map((line) =>
    verdict === 'healthy'
      ? paint.green.bold(line)
      : paintSeverity(causes[0]?.finding.severity ?? 'warning', line, paint),
  );
  const isLeft = members.some(({ report }) => report?.capture.restored === false);
  return [...painted, ...(isLeft ? [paint.red.bold(NOT_RESTORED)] : [])];
}

function renderCause(cause: FamilyCause, { members }: FamilyReport, page: Page): string[] {
  const { finding, differences = [] } = cause;
  const { paint, width, quiet } = page;
  const where = sayWhere(cause, members);
  if (quiet)
    return hangingLines('', `${renderFindingTitle(finding, paint, width).join(' ')} (${where})`, width);
  const [title = '', ...rest] = splitTitle(renderFinding(finding, paint, width));
  return [
    title,
    ...labelledLines(arePods(members) ? 'Pods' : 'Process', [where], width),
    ...labelledLines('Differ in', differences.map(sayDifference), width),
    ...rest,
  ];
}

const sayDifference = ({ what, these, others }: FamilyDifference) =>
  `${what}: ${these}; without this cause: ${others}`;

function renderOddOne({ member, differences }: FamilyOddOne, { width }: Page): string[] {
  const all = differences.map(({ what, these, others }) => `${what} ${these} (others: ${others})`);
  return hangingLines('', `Unlike all others: ${member}, ${all.join('; ')}`, width);
}

/** The title may take several lines; what follows begins with a label. */
function splitTitle(lines: string[]): string[] {
  const at = lines.findIndex((line, index) => index > 0 && /^ {3}\S/.test(line));
  return at < 0 ? [lines.join('\n')] : [lines.slice(0, at).join('\n'), ...lines.slice(at)];
}

function footer(members: readonly FamilyMember[], { width }: Page): string[] {
  const reports = members.flatMap(({ report }) => report ?? []);
  const restored = reports.filter(({ capture }) => capture.restored !== false).length;
  const longest = Math.max(0, ...reports.map(({ capture }) => capture.durationMillis));
  const isOfPods = arePods(members);
  const what = isOfPods ? ['pod, for', 'pods, each for'] : ['process for', 'processes at once, for'];
  return [
    ...labelledLines(
      'Captured',
      [
        `${reports.length} ${what[reports.length === 1 ? 0 : 1]} ${formatDuration(longest)}; ${restored} restored as they were`,
      ],
      width,
    ),
    ...labelledLines('Warnings', warningsOf(members), width),
    ...labelledLines('More', [`--json has the whole report of each ${isOfPods ? 'pod' : 'process'}`], width),
  ];
}
