// A report as Markdown for an issue: the first screen, the findings with their evidence, and which process and capture it
// was. Pure text.

import type { Comparison } from '../../model/comparison/comparison.ts';
import { confidenceLevel } from '../../model/confidence.ts';
import type { CrashFinding, Finding, NextMeasurement } from '../../model/finding.ts';
import type { WatchReport } from '../../wire/watch/report.ts';
import { renderComparisonMarkdown } from '../compare/markdown.ts';
import { codeSpan, inertProse } from '../compare/markdown-escape.ts';
import { describeChain } from '../text/chain-text.ts';
import { describeCost, describeEvidence, describeSubject } from '../text/impact-text.ts';
import { headlineOf } from './headline.ts';
import { reasonOf } from './headlines/watch.ts';
import { isComparison, isHeapReport, isWatch, type PageReport } from './page-report.ts';

const MOST_FINDINGS = 20;
const LONGEST = 600;

/** Ends in a newline. */
export function toMarkdown(report: PageReport): string {
  if (isComparison(report)) return renderComparisonMarkdown(report);
  const { mark, sentence, about, figures, advice } = headlineOf(report);
  const findings = findingsIn(report).slice(0, MOST_FINDINGS);
  const isSaid = findings.some(({ nextMeasurement }: Finding) => nextMeasurement !== undefined);
  const lines = [
    `### culprit: ${inertProse(mark)}`,
    '',
    `**${said(sentence)}**`,
    '',
    said(about),
    '',
    figures.map(({ value, label }) => `**${said(value)}** ${said(label)}`).join(' · '),
    ...(findings.length === 0 ? bullets(advice) : findings.flatMap(findingLines)),
    ...(isWatch(report) ? bullets(report.alerts.map(alarmText)) : []),
    ...(report.nextMeasurement && !isSaid ? ['', ...nextLines(report.nextMeasurement)] : []),
    '',
    `by culprit ${inertProse(report.tool.version)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function findingsIn(report: Exclude<PageReport, Comparison>): readonly (Finding | CrashFinding)[] {
  if (isHeapReport(report) || isWatch(report)) return [];
  return report.kind === 'family' ? report.causes.map(({ finding }) => finding) : report.findings;
}

function alarmText(alert: WatchReport['alerts'][number]): string {
  const { target, rule, level, findings } = alert;
  return `${level}: ${target}, rule ${rule}, ${[reasonOf(alert), ...findings].filter((text) => text !== '').join('; ')}`;
}

function findingLines(finding: Finding | CrashFinding): string[] {
  const cost = describeCost(finding);
  // A crash has neither.
  const { chain = [], nextMeasurement }: Finding = finding;
  return [
    '',
    `#### ${finding.rank}. ${finding.severity}: ${said(finding.title)}`,
    '',
    `- Where: ${codeSpan(describeSubject(finding.subject))}`,
    ...row('Through', describeChain(chain).replaceAll('**', '`')),
    ...row('Impact', cost),
    ...finding.evidence.flatMap((each) => row('Evidence', describeEvidence(each))),
    ...finding.symptoms.flatMap((text) => row('Explains', text)),
    ...row('Could it be harmless?', finding.innocentExplanation),
    ...finding.advice.flatMap((text) => row('Fix', text)),
    ...finding.caveats.flatMap((text) => row('Caveat', text)),
    ...nextLines(nextMeasurement),
    ...row('Confidence', `${confidenceLevel(finding.confidence)}, fingerprint ${finding.fingerprint}`),
  ];
}

const row = (label: string, text: string) =>
  text === '' ? [] : [`- ${label}${label.endsWith('?') ? '' : ':'} ${said(text)}`];

/** The command as code, to be copied. */
const nextLines = (next: NextMeasurement | undefined) =>
  next === undefined ? [] : [`- Not known: ${said(next.unknown)} ${codeSpan(next.command)}`];

const bullets = (texts: readonly string[]) =>
  texts.length === 0 ? [] : ['', ...texts.map((text) => `- ${said(text)}`)];

/** Code stays code, all else is inert. */
function said(text: string): string {
  return text
    .split('`')
    .map((part, i) => (part === '' ? '' : i % 2 === 0 ? inertProse(part, LONGEST) : codeSpan(part)))
    .join('');
}
