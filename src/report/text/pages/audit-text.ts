// An audit as blocks of terminal text: the level first, the settings to change, and what was checked and is fine or unknown.
import type { ChalkInstance } from 'chalk';
import type { Audit, AuditReport } from '../../../model/finding.ts';
import { formatDuration } from '../../../units/units.ts';
import { hangingLines, wrapText } from '../../layout.ts';
import type { Page } from '../page.ts';
import { NOT_RESTORED } from '../restored-text.ts';
import { countBySeverity, renderFinding, renderFindingTitle } from '../text-finding.ts';
import { renderCost, renderFacts } from '../text-footer.ts';

const HIGHEST = 5;

/** Strings must be escaped already. Blocks may be empty. */
export function auditBlocks(report: AuditReport, { paint, width, quiet }: Page): string[][] {
  const { findings, audit, look, target } = report;
  const failure = look.restored === false ? [paint.red.bold(NOT_RESTORED)] : [];
  const level = [...renderLevel(report, paint, width), ...failure];
  if (quiet) return [[...level, ...findings.flatMap((each) => renderFindingTitle(each, paint, width))]];
  const facts = {
    target,
    threadNames: [],
    captured: `${formatDuration(look.durationMillis)} (settings)`,
    files: '',
    warnings: [...report.warnings, ...look.warnings],
  };
  return [
    level,
    ...findings.map((finding) => renderFinding(finding, paint, width)),
    [...renderChecked(audit, width), ...renderOpen(report, width)],
    renderCost(look, width),
    renderFacts(facts, width),
  ];
}

/** "LEVEL 2 of 5: ...", how many findings, and what the next level asks for. */
function renderLevel(report: AuditReport, paint: ChalkInstance, width: number): string[] {
  const { audit } = report;
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

function countFindings({ findings }: AuditReport): string {
  if (findings.length === 0) return 'Nothing to change was found.';
  const settings = findings.length === 1 ? '1 setting' : `${findings.length} settings`;
  return `${settings} to change (${countBySeverity(findings)}).`;
}

/** The one command that would check what is listed as not known. */
function renderOpen({ nextMeasurement }: AuditReport, width: number): string[] {
  return nextMeasurement === undefined ? [] : hangingLines('   To check: ', nextMeasurement.command, width);
}

/** Two lists of rows, the names aligned. */
function renderChecked({ checked }: Audit, width: number): string[] {
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
