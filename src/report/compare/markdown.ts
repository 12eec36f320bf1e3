// A comparison as a comment on a pull request, in GitHub's Markdown (GitLab reads it too): the answer and the table on
// top, everything else folded. Always short enough to be posted.
import type { Comparison } from '../../model/comparison/comparison.ts';
import { formatNumber } from '../../units/units.ts';
import { escapeLogCommands } from '../escape.ts';
import { codeSpan, inertProse } from './markdown-escape.ts';
import { findingLines, functionRows, gateRows, metricRows } from './markdown-parts.ts';
import { describeMethod, describeSide, describeSideName } from './method-words.ts';
import { describeGates, headlineWord, MAX_COMMAND_LENGTH, wholeWords } from './words.ts';

/** The first line of the comment; nobody sees it, and a CI job finds its own comment by it to update it. */
export const COMMENT_MARKER = '<!-- culprit-comparison -->';

/** Characters; GitHub refuses comments of more than 65,536. */
export const MAX_COMMENT_LENGTH = 60_000;

/** Left for lines that say what was cut, and for closing tags. */
const RESERVED = 1000;

/** One part of the comment: lines that stand before what may be cut from its end, the rest, and lines behind it. */
interface Section {
  before: string[];
  rows: string[];
  after: string[];
}

/** The whole comment, ending in a newline. */
export function renderComparisonMarkdown(comparison: Comparison): string {
  const lines = headLines(comparison);
  let left = MAX_COMMENT_LENGTH - RESERVED - lengthOf(lines);
  for (const section of sections(comparison)) {
    if (section.rows.length === 0) continue;
    const frame = lengthOf([...section.before, ...section.after]);
    const shown = cutRows(section.rows, left - frame);
    if (shown.length === 0) {
      lines.push('', 'More did not fit into a comment; all is in the JSON report.');
      break;
    }
    lines.push(...section.before, ...shown, ...section.after);
    left -= frame + lengthOf(shown);
  }
  return escapeLogCommands(`${lines.join('\n')}\n`);
}

const lengthOf = (lines: string[]) => lines.reduce((sum, line) => sum + line.length + 1, 0);

/** No section takes more than this, so that the ones behind it are seen too. */
const MAX_SECTION_LENGTH = 16_000;

/** As many rows as fit; the last then says how many did not. */
function cutRows(rows: string[], left: number): string[] {
  const shown: string[] = [];
  let length = 0;
  for (const row of rows) {
    length += row.length + 1;
    if (length > Math.min(left, MAX_SECTION_LENGTH)) break;
    shown.push(row);
  }
  const missing = rows.length - shown.length;
  if (missing === 0 || shown.length === 0) return shown;
  const note = `and ${formatNumber(missing)} more, in the JSON report`;
  return [...shown, rows[0]!.startsWith('|') ? `| ${note} |` : `- ${note}`];
}

function headLines(comparison: Comparison): string[] {
  const { base, head, gates, verdictReason } = comparison;
  const reason = verdictReason === '' ? 'there is no verdict' : inertProse(verdictReason, 400);
  const hasGates = gates !== null && gates.decisions.length > 0;
  return [
    COMMENT_MARKER,
    `### culprit: ${headlineWord(comparison)}`,
    '',
    `**Verdict:** ${reason}`,
    '',
    `Head is ${codeSpan(describeSideName(head), { maxLength: 100 })}, base is ${codeSpan(describeSideName(base), { maxLength: 100 })}.`,
    ...(hasGates ? ['', `**${describeGates(gates)}**`] : []),
  ];
}

function sections(comparison: Comparison): Section[] {
  const { metrics, gates, warnings } = comparison;
  const changed = metrics.filter(({ verdict }) => verdict !== 'same');
  const same = metrics.filter(({ verdict }) => verdict === 'same');
  const findings = findingLines(comparison);
  return [
    table(['Gate', 'Outcome', 'Why'], gateRows(comparison)),
    table(METRIC_HEAD, metricRows(changed, comparison)),
    list('New findings', findings.fresh),
    folded('Functions that changed', functionHead(comparison), functionRows(comparison)),
    folded(
      `Metrics that are the same (${formatNumber(same.length)})`,
      METRIC_HEAD,
      metricRows(same, comparison),
    ),
    foldedList('Accepted findings', findings.accepted),
    foldedList('Findings gone since base', findings.gone),
    foldedList('Findings on both sides', findings.kept),
    list(
      'Warnings',
      [...new Set(warnings)].map((warning) => `- Note: ${inertProse(warning)}`),
    ),
    list('Not known', nextLines(comparison)),
    foldedList('How it was measured', methodLines(comparison)),
    { before: ['', 'To evaluate the gates again:', ''], rows: commandLines(gates?.command ?? ''), after: [] },
  ];
}

const METRIC_HEAD = ['Metric', 'Base', 'Head', 'Change', 'Interval', 'Verdict'];
const functionHead = (comparison: Comparison) => [
  'Function',
  'Where',
  comparison.costs === 'live-bytes' ? 'Own live bytes' : 'Own time',
  `Change, of ${wholeWords(comparison)}`,
  'Note',
];

/** A table whose rows are lines of it already. */
function table(head: string[], rows: string[]): Section {
  return { before: ['', `| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`], rows, after: [] };
}

const list = (title: string, rows: string[]): Section => ({
  before: ['', `**${title}**`, ''],
  rows,
  after: [],
});

const foldedList = (title: string, rows: string[]): Section => ({
  before: ['', `<details><summary>${title}</summary>`, ''],
  rows,
  after: ['', '</details>'],
});

function folded(title: string, head: string[], rows: string[]): Section {
  const inner = table(head, rows);
  return {
    before: ['', `<details><summary>${title}</summary>`, ...inner.before],
    rows,
    after: ['', '</details>'],
  };
}

function methodLines(comparison: Comparison): string[] {
  const sides = [`Base: ${describeSide(comparison.base)}`, `Head: ${describeSide(comparison.head)}`];
  const { name, version } = comparison.tool;
  return [...describeMethod(comparison), ...sides, `By ${name} ${version}`].map(
    (sentence) => `- ${inertProse(sentence)}`,
  );
}

function nextLines({ nextMeasurement }: Comparison): string[] {
  if (nextMeasurement === undefined) return [];
  const { unknown, command } = nextMeasurement;
  return [`- ${inertProse(unknown)} ${codeSpan(command, { maxLength: MAX_COMMAND_LENGTH })}`];
}

function commandLines(command: string): string[] {
  return command === '' ? [] : [codeSpan(command, { maxLength: MAX_COMMAND_LENGTH })];
}
