// Processes of a family, or pods, side by side: the cells of their table, and which of them have a cause.
import type { FamilyCause, FamilyMember } from '../../model/finding.ts';
import { formatBytes, formatDuration, formatNumber } from '../../units/units.ts';

export const arePods = (members: readonly FamilyMember[]) => members.some(({ pod }) => pod);

const HEAD_OF_WORK = ['RSS', 'RSS growth', 'CPU', 'Requests', 'Verdict'];

/** One row for each, in the order of the head; "" is unknown. */
export function sideBySide(members: readonly FamilyMember[]): { head: string[]; rows: string[][] } {
  if (!arePods(members)) {
    const rows = members.map((member) => [member.name, member.role, member.app ?? '', ...workCells(member)]);
    return { head: ['Pid', 'Role', 'App', ...HEAD_OF_WORK], rows };
  }
  const rows = withoutSame(members.map(podCells)).map((cells, index) => {
    const member = members[index]!;
    return [member.name, ...cells, ...workCells(member)];
  });
  return { head: ['Pod', ...HEAD_OF_PODS, ...HEAD_OF_WORK], rows };
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

const HEAD_OF_PODS = ['Node', 'Image', 'Age', 'Restarts'];

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
  if (!report) return `not captured: ${notLookedAt}`;
  if (report.verdict === 'findings') return report.findings.map(({ kind }) => kind).join(', ');
  return report.verdict.replaceAll('-', ' ');
}

/** "in 4242", "3 of 12: a, b, c; shown as in a": who has a cause, the worst first. */
export function sayWhere({ members: names }: FamilyCause, members: readonly FamilyMember[]): string {
  const looked = members.filter(({ report }) => report).length;
  const isAll = names.length === looked && looked > 1;
  const shown = names.length > 1 ? `; shown as in ${names[0]}` : '';
  if (arePods(members))
    return isAll ? `all ${looked}${shown}` : `${names.length} of ${looked}: ${names.join(', ')}${shown}`;
  return `in ${isAll ? `all ${looked}` : names.join(', ')}${shown}`;
}

/** More names than this are only counted. */
const MOST_NAMES = 3;

/** Each once, with those it is true of. */
export function warningsOf(members: readonly FamilyMember[]): string[] {
  const namesBy = new Map<string, Set<string>>();
  for (const { name, report } of members)
    for (const { message } of [...(report?.warnings ?? []), ...(report?.capture.warnings ?? [])])
      namesBy.set(message, (namesBy.get(message) ?? new Set()).add(name));
  return [...namesBy].map(([message, names]) =>
    names.size > MOST_NAMES ? `in ${names.size} of them: ${message}` : `${[...names].join(', ')}: ${message}`,
  );
}
