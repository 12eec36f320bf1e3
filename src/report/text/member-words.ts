// Processes of a family side by side: what is said of each, as the cells of a table, and who of them has a cause.
import type { FamilyMember } from '../../model/finding.ts';
import { formatBytes, formatNumber } from '../../units/units.ts';

export const MEMBER_HEAD = ['Pid', 'Role', 'App', 'RSS', 'RSS growth', 'CPU', 'Requests', 'Verdict'];

/** In the order of the head; "" is unknown. */
export function memberCells(member: FamilyMember): string[] {
  const { pid, role, app = '', report } = member;
  const { rssBytes, rssBytesPerSecond, cpuCores, requestsPerSecond } = report?.work ?? {};
  return [
    String(pid),
    role,
    app,
    rssBytes === undefined ? '' : formatBytes(rssBytes),
    rssBytesPerSecond === undefined ? '' : signedRate(rssBytesPerSecond),
    cpuCores === undefined ? '' : `${formatNumber(Math.round(cpuCores * 100))}%`,
    requestsPerSecond === undefined ? '' : `${formatNumber(Math.round(requestsPerSecond * 10) / 10)}/s`,
    sayVerdict(member),
  ];
}

const signedRate = (bytes: number) => `${bytes < 0 ? '-' : '+'}${formatBytes(Math.abs(bytes))}/s`;

function sayVerdict({ report, notLookedAt = '' }: FamilyMember): string {
  if (!report) return `not looked at: ${notLookedAt}`;
  if (report.verdict === 'findings') return report.findings.map(({ kind }) => kind).join(', ');
  return report.verdict.replaceAll('-', ' ');
}

/** "in 4242", "in all 4; shown as in 4242": who has a cause, the worst first. */
export function sayProcesses(pids: readonly number[], members: readonly FamilyMember[]): string {
  const looked = members.filter(({ report }) => report).length;
  const [worst] = pids;
  const all = pids.length === looked && looked > 1 ? `all ${looked}` : pids.join(', ');
  return pids.length > 1 ? `in ${all}; shown as in ${worst}` : `in ${worst}`;
}
