// Rows of the tables and lists of a pull-request comment. Everything that a target can fill is made inert here.
import type {
  Comparison,
  FindingChange,
  FunctionChange,
  MetricChange,
} from '../../model/comparison/comparison.ts';
import { formatSideBySide } from '../../model/comparison/units-compared.ts';
import { codeSpan, inertProse } from './markdown-escape.ts';
import { changedFunctions, type FindingGroups, groupFindings, movedFunctions } from './selection.ts';
import {
  changeCells,
  describeAcceptance,
  describeChange,
  describeMove,
  describePlace,
  describeSides,
  functionUnit,
  verdictWords,
} from './words.ts';

const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
const code = (text: string) => (text === '' ? '' : codeSpan(text, { isInTable: true }));

export function metricRows(metrics: MetricChange[], comparison: Comparison): string[] {
  return metrics.map((metric) => {
    const { texts, unit } = formatSideBySide([metric.base, metric.head], metric.unit);
    const { change, interval } = changeCells(metric, metric.unit);
    const verdict = verdictWords(metric, comparison);
    return row([
      `${inertProse(metric.words)} ${code(metric.name)}`,
      ...texts.map((text) => (text === null ? 'unknown' : `${text} ${unit}`.trimEnd())),
      // A lone tilde is text; two in a row of cells would strike out what is between them.
      change === '~' ? '\\~' : change,
      interval,
      metric.direction === 'worse' ? `**${verdict}**` : verdict,
    ]);
  });
}

/** Those that changed, and those whose cost only moved. */
export function functionRows(comparison: Comparison): string[] {
  const unit = functionUnit(comparison);
  const cells = (change: FunctionChange, note: string) =>
    row([
      code(change.function),
      [code(describePlace(change)), change.package === null ? '' : code(change.package)].join(' ').trim(),
      describeSides(change.base, change.head, unit).replace('->', '→'),
      describeChange(change, unit).replace(/^~$/, '\\~'),
      note,
    ]);
  return [
    ...changedFunctions(comparison).map((change) => cells(change, functionNote(change))),
    ...movedFunctions(comparison).map((change) => cells(change, inertProse(describeMove(change)))),
  ];
}

function functionNote(change: FunctionChange): string {
  const presence = { both: '', new: 'new', gone: 'gone' }[change.presence];
  return [presence, inertProse(describeMove(change))].filter((part) => part !== '').join(', ');
}

export function gateRows({ gates }: Comparison): string[] {
  return (gates?.decisions ?? []).map(({ rule, outcome, statement, accepted }) => {
    const left = accepted.length === 0 ? '' : ` (accepted: ${inertProse(accepted.join('; '))})`;
    const mark = { pass: 'passed', fail: '**failed**', unsure: 'unsure', unmeasured: '**not measured**' }[
      outcome
    ];
    return row([code(rule), mark, inertProse(statement) + left]);
  });
}

const MOST_ADVICE = 3;

/** As list items, by group. */
export function findingLines(comparison: Comparison): Record<keyof FindingGroups, string[]> {
  const { fresh, accepted, kept, gone } = groupFindings(comparison);
  return {
    fresh: fresh.map(
      (finding) => `${titleLine(finding)}${finding.advice.slice(0, MOST_ADVICE).map(adviceLine).join('')}`,
    ),
    accepted: accepted.map((finding) => `${titleLine(finding)}; ${inertProse(describeAcceptance(finding))}`),
    kept: kept.map(titleLine),
    gone: gone.map(titleLine),
  };
}

function titleLine(finding: FindingChange): string {
  const place = describePlace(finding);
  const where = place === '' ? '' : ` at ${codeSpan(place)}`;
  return `- **${finding.severity} ${finding.kind}**${where}: ${inertProse(finding.title)} (${codeSpan(finding.fingerprint)})`;
}

const adviceLine = (advice: string) => `\n  - Fix: ${inertProse(advice)}`;
