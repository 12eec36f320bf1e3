// Several processes or pods side by side as terminal text: who is sick, one line for each, then each cause once.
import { Chalk } from 'chalk';
import type {
  FamilyCause,
  FamilyDifference,
  FamilyMember,
  FamilyOddOne,
  FamilyReport,
} from '../../../model/finding.ts';
import { formatBytes, formatDuration, formatNumber } from '../../../units/units.ts';
import { escapeAllStrings } from '../../escape.ts';
import { hangingLines, labelledLines, wrapText } from '../../layout.ts';
import type { Page } from '../page.ts';
import { plainTable } from '../plain-table.ts';
import type { TextOptions } from '../text.ts';
import { paintSeverity, renderFinding, renderFindingTitle } from '../text-finding.ts';
import { NOT_RESTORED } from '../text-footer.ts';

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
    sideBySide(safe.members),
    ...safe.causes.map((cause) => renderCause(cause, safe, page)),
    safe.oddOnes.flatMap((oddOne) => renderOddOne(oddOne, page)),
    quiet ? [] : footer(safe.members, page),
  ].filter((block) => block.length > 0);
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
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

const HEAD_OF_WORK = ['RSS', 'RSS GROWTH', 'CPU', 'REQUESTS', 'VERDICT'];

function sideBySide(members: readonly FamilyMember[]): string[] {
  const arePods = members.some(({ pod }) => pod);
  return arePods
    ? plainTable(
        ['POD', ...HEAD_OF_PODS, ...HEAD_OF_WORK],
        withoutSame(members.map(podCells)).map((cells, index) => {
          const member = members[index]!;
          return [member.name, ...cells, ...workCells(member)];
        }),
      )
    : plainTable(
        ['PID', 'ROLE', 'APP', ...HEAD_OF_WORK],
        members.map((member) => [member.name, member.role, member.app ?? '', ...workCells(member)]),
      );
}

function workCells(member: FamilyMember): string[] {
  const { rssBytes, rssBytesPerSecond, cpuCores, requestsPerSecond } = member.report?.work ?? {};
  return [
    rssBytes === undefined ? '' : formatBytes(rssBytes),
    rssBytesPerSecond === undefined ? '' : signedRate(rssBytesPerSecond),
    cpuCores === undefined ? '' : `${formatNumber(Math.round(cpuCores * 100))}%`,
    requestsPerSecond === undefined ? '' : `${formatNumber(Math.round(requestsPerSecond * 10) / 10)}/s`,
    sayVerdict(member),
  ];
}

const HEAD_OF_PODS = ['NODE', 'IMAGE', 'AGE', 'RESTARTS'];

function podCells({ pod, report }: FamilyMember): string[] {
  const { node = '', image = '', restarts } = pod ?? {};
  const age = report?.target.uptimeSeconds;
  return [
    node.replace(/\..*/, ''),
    shortImage(image),
    typeof age === 'number' ? formatDuration(age * 1_000) : '',
    restarts === undefined ? '' : String(restarts),
  ];
}

/** What is the same in all rows tells nobody apart: such columns are emptied. */
function withoutSame(rows: readonly (readonly string[])[]): string[][] {
  if (rows.length < 2) return rows.map((row) => [...row]);
  const isSame = (column: number) => new Set(rows.map((row) => row[column]).filter(Boolean)).size === 1;
  return rows.map((row) => row.map((cell, column) => (isSame(column) ? '' : cell)));
}

/** Without registry and path; a digest is cut. */
function shortImage(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.replace(/(@sha256:[0-9a-f]{8})[0-9a-f]+$/, '$1');
}

const signedRate = (bytes: number) => `${bytes < 0 ? '-' : '+'}${formatBytes(Math.abs(bytes))}/s`;

function sayVerdict({ report, notLookedAt = '' }: FamilyMember): string {
  if (!report) return `not looked at: ${notLookedAt}`;
  if (report.verdict === 'findings') return report.findings.map(({ kind }) => kind).join(', ');
  return report.verdict.replaceAll('-', ' ');
}

function renderCause(cause: FamilyCause, { members }: FamilyReport, page: Page): string[] {
  const { finding, differences = [] } = cause;
  const { paint, width, quiet } = page;
  const arePods = members.some(({ pod }) => pod);
  const where = sayWhere(cause, members, arePods);
  if (quiet)
    return hangingLines('', `${renderFindingTitle(finding, paint, width).join(' ')} (${where})`, width);
  const [title = '', ...rest] = splitTitle(renderFinding(finding, paint, width));
  return [
    title,
    ...labelledLines(arePods ? 'Pods' : 'Process', [where], width),
    ...labelledLines('Differ in', differences.map(sayDifference), width),
    ...rest,
  ];
}

function sayWhere(
  { members: names }: FamilyCause,
  members: readonly FamilyMember[],
  arePods: boolean,
): string {
  const looked = members.filter(({ report }) => report).length;
  const isAll = names.length === looked && looked > 1;
  const shown = names.length > 1 ? `; shown as in ${names[0]}` : '';
  if (arePods)
    return isAll ? `all ${looked}${shown}` : `${names.length} of ${looked}: ${names.join(', ')}${shown}`;
  return `in ${isAll ? `all ${looked}` : names.join(', ')}${shown}`;
}

const sayDifference = ({ what, these, others }: FamilyDifference) =>
  `${what}: ${these}; those without it: ${others}`;

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
  const arePods = members.some(({ pod }) => pod);
  const what = arePods ? 'pods, each for' : 'processes at once,';
  return [
    ...labelledLines(
      'Looked',
      [`${reports.length} ${what} ${formatDuration(longest)}; ${restored} restored as they were`],
      width,
    ),
    ...labelledLines('Warnings', warningsOf(members), width),
    ...labelledLines('More', [`--json has the whole report of each ${arePods ? 'pod' : 'process'}`], width),
  ];
}

/** More names than this are only counted. */
const MOST_NAMES = 3;

/** Each once, with those it is true of. */
function warningsOf(members: readonly FamilyMember[]): string[] {
  const namesBy = new Map<string, Set<string>>();
  for (const { name, report } of members)
    for (const { message } of [...(report?.warnings ?? []), ...(report?.capture.warnings ?? [])])
      namesBy.set(message, (namesBy.get(message) ?? new Set()).add(name));
  return [...namesBy].map(([message, names]) =>
    names.size > MOST_NAMES ? `in ${names.size} of them: ${message}` : `${[...names].join(', ')}: ${message}`,
  );
}
