// One finding as a block of terminal text: the answer first, then why to believe it, then what to do.
import type { ChalkInstance } from 'chalk';
import { confidenceLevel } from '../../model/confidence.ts';
import type { Crash } from '../../model/crash.ts';
import { type Finding, SEVERITIES, type Severity } from '../../model/finding.ts';
import { alignRows, pathRows } from '../heap/heap-path-rows.ts';
import { hangingLines, labelledLines } from '../layout.ts';
import { describeChain, describeNext } from './chain-text.ts';
import { causeRows, logRows } from './crash-rows.ts';
import { describeCost, describeEvidence, describeSubject } from './impact-text.ts';

/** "1. CRITICAL title", wrapped; the only lines of a finding in quiet mode. */
export function renderFindingTitle(finding: Finding, paint: ChalkInstance, width: number): string[] {
  const mark = finding.severity.toUpperCase();
  const lines = hangingLines(`${finding.rank}. ${mark} `, finding.title, width);
  return lines.map((line, index) =>
    index === 0 ? line.replace(mark, () => paintSeverity(finding.severity, mark, paint)) : line,
  );
}

/** The whole block, title included. Strings must be escaped already; rows without content are left out. */
export function renderFinding(
  finding: Finding & { crash?: Crash },
  paint: ChalkInstance,
  width: number,
): string[] {
  const row = (label: string, texts: string[], color: ChalkInstance = paint) =>
    labelledLines(
      label,
      texts.filter((text) => text !== ''),
      width,
    ).map((line) => color(line));
  const bullets = (texts: string[]) => texts.map((text) => `- ${text}`);
  return [
    ...renderFindingTitle(finding, paint, width),
    ...row('Where', [describeSubject(finding.subject)]),
    ...row('Through', [describeChain(finding.chain)]),
    ...row('Impact', [describeCost(finding)], paint.bold),
    ...row('Evidence', bullets(finding.evidence.map(describeEvidence))),
    ...row('Held by', finding.retainerPath ? alignRows(pathRows(finding.retainerPath, '')) : []),
    ...row('Caused by', causeRows(finding.crash)),
    ...row('Log', logRows(finding.crash)),
    ...row('Explains', bullets(finding.symptoms)),
    ...row('Could it be harmless?', [finding.innocentExplanation]),
    ...row('Fix', finding.advice, paint.green),
    ...row('See also', finding.references ?? []),
    ...row('Caveats', bullets(finding.caveats), paint.yellow),
    ...row('Not known', describeNext(finding.nextMeasurement)),
    ...row('Confidence', [
      `${confidenceLevel(finding.confidence)} (${finding.kind}, fingerprint ${finding.fingerprint})`,
    ]),
  ];
}

/** "1 critical, 2 notice", most serious first. */
export function countBySeverity(findings: readonly Pick<Finding, 'severity'>[]): string {
  const counts = [...SEVERITIES].reverse().flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return counts.join(', ');
}

/** Red, yellow or cyan, bold, by severity. */
export function paintSeverity(severity: Severity, text: string, paint: ChalkInstance): string {
  return { critical: paint.red, warning: paint.yellow, notice: paint.cyan }[severity].bold(text);
}
