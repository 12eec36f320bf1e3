// What an audit says besides its findings: the level first, and last what was checked and is fine or unknown.
import type { ChalkInstance } from 'chalk';
import { type Audit, type Report, SEVERITIES } from '../../model/finding.ts';
import { hangingLines, wrapText } from '../layout.ts';

const HIGHEST = 5;

/** "LEVEL 2 of 5: ...", how many findings, and what the next level asks for. */
export function renderLevel(report: Report, audit: Audit, paint: ChalkInstance, width: number): string[] {
  const { title, pid } = report.target;
  const color = audit.level >= 4 ? paint.green : audit.level >= 3 ? paint.yellow : paint.red;
  const name = `${title ?? 'the process'}${pid === null ? '' : ` (pid ${pid})`}`;
  const missing = audit.missingForNext.flatMap((line) => hangingLines('  - ', line, width));
  return [
    ...wrapText(`LEVEL ${audit.level} of ${HIGHEST} for ${name}: ${audit.meaning}`, width).map((line) =>
      color.bold(line),
    ),
    ...wrapText(countFindings(report), width),
    ...(missing.length === 0 ? [] : [`Missing for level ${audit.level + 1}:`, ...missing]),
  ];
}

function countFindings({ findings }: Report): string {
  if (findings.length === 0) return 'Nothing to change was found.';
  const counts = [...SEVERITIES].reverse().flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return `${findings.length === 1 ? '1 setting' : `${findings.length} settings`} to change (${counts.join(', ')}).`;
}

/** Two lists of rows, the names aligned. */
export function renderChecked({ checked }: Audit, width: number): string[] {
  const longest = checked.reduce((most, { check }) => Math.max(most, check.length), 0);
  const rows = (outcome: 'ok' | 'unknown') =>
    checked
      .filter((check) => check.outcome === outcome)
      .flatMap(({ check, value }) => hangingLines(`   ${check.padEnd(longest + 2)}`, value, width));
  const [fine, unknown] = [rows('ok'), rows('unknown')];
  return [
    ...(fine.length > 0 ? ['Checked, and fine', ...fine] : []),
    ...(unknown.length > 0 ? ['Not known', ...unknown] : []),
  ];
}
