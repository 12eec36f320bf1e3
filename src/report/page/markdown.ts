// A report as Markdown for an issue: the first screen, the findings with their evidence, and what it was. Pure text.
import type { CrashFinding, Finding } from '../../model/finding.ts';
import { renderComparisonMarkdown } from '../compare/markdown.ts';
import { codeSpan, inertProse } from '../compare/markdown-escape.ts';
import { describeCost, describeEvidence, describeSubject } from '../text/impact-text.ts';
import { headlineOf } from './headline.ts';
import { isComparison, isHeapReport, type PageReport } from './page-report.ts';

const MOST_FINDINGS = 20;
const LONGEST = 600;

/** Ends in a newline. */
export function toMarkdown(report: PageReport): string {
  if (isComparison(report)) return renderComparisonMarkdown(report);
  const { mark, sentence, about, figures, advice } = headlineOf(report);
  const findings = isHeapReport(report) ? [] : report.findings.slice(0, MOST_FINDINGS);
  const lines = [
    `### culprit: ${inertProse(mark)}`,
    '',
    `**${said(sentence)}**`,
    '',
    said(about),
    '',
    figures.map(({ value, label }) => `**${said(value)}** ${said(label)}`).join(' · '),
    ...(findings.length === 0 ? bullets(advice) : findings.flatMap(findingLines)),
    '',
    `by culprit ${inertProse(report.tool.version)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function findingLines(finding: Finding | CrashFinding): string[] {
  const cost = describeCost(finding);
  return [
    '',
    `#### ${finding.rank}. ${finding.severity}: ${said(finding.title)}`,
    '',
    `- Where: ${codeSpan(describeSubject(finding.subject))}`,
    ...(cost === '' ? [] : [`- Impact: ${said(cost)}`]),
    ...finding.evidence.map((each) => `- Evidence: ${said(describeEvidence(each))}`),
    ...finding.advice.map((text) => `- Fix: ${said(text)}`),
    ...finding.caveats.map((text) => `- Caveat: ${said(text)}`),
  ];
}

const bullets = (texts: readonly string[]) =>
  texts.length === 0 ? [] : ['', ...texts.map((text) => `- ${said(text)}`)];

/** Code stays code, all else is inert. */
function said(text: string): string {
  return text
    .split('`')
    .map((part, i) => (part === '' ? '' : i % 2 === 0 ? inertProse(part, LONGEST) : codeSpan(part)))
    .join('');
}
