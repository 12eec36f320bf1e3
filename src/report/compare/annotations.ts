// A comparison as workflow commands that GitHub shows beside the changed lines: failed gates, new findings, functions
// that became slower. One line a command.
import type { Comparison } from '../../model/comparison/comparison.ts';
import type { Severity } from '../../model/finding.ts';
import { formatNumber } from '../../units/units.ts';
import { escapeControls } from '../escape.ts';
import { isRepositoryFile } from './repository-file.ts';
import { groupFindings, regressedFunctions } from './selection.ts';
import { describeFunctionChange } from './words.ts';

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  level: Level;
  title: string;
  /** Lines. */
  message: string[];
  file: string | null;
  line: number | null;
}

/** GitHub shows this many of each level a step, and drops the rest without a word. */
export const MOST_A_LEVEL = 10;

const LEVEL_OF: Record<Severity, Level> = { critical: 'error', warning: 'warning', notice: 'notice' };

/** Workflow commands, a line each, worst first; "" when there is nothing to say. */
export function renderComparisonAnnotations(comparison: Comparison): string {
  const all = [
    ...gateAnnotations(comparison),
    ...findingAnnotations(comparison),
    ...functionAnnotations(comparison),
  ];
  return (['error', 'warning', 'notice'] as const)
    .flatMap((level) => atMost(all.filter((annotation) => annotation.level === level)))
    .map((annotation) => `${command(annotation)}\n`)
    .join('');
}

/** Where some are too many, the last says so. */
function atMost(annotations: Annotation[]): Annotation[] {
  if (annotations.length <= MOST_A_LEVEL) return annotations;
  const shown = annotations.slice(0, MOST_A_LEVEL - 1);
  const message = [`and ${formatNumber(annotations.length - shown.length)} more, in the report`];
  return [...shown, { level: annotations[0]!.level, title: 'culprit', message, file: null, line: null }];
}

function gateAnnotations({ gates, culprit }: Comparison): Annotation[] {
  return (gates?.decisions ?? [])
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ rule, outcome, statement }) => {
      const isFailure = outcome !== 'unsure' || gates!.onUnsure === 'fail';
      const isCpu = rule.startsWith('cpu.');
      return {
        level: isFailure ? 'error' : 'warning',
        title: `gate ${{ pass: 'passed', fail: 'failed', unsure: 'unsure', unmeasured: 'not measured' }[outcome]}: ${rule}`,
        message: [statement],
        file: isCpu ? (culprit?.file ?? null) : null,
        line: isCpu ? (culprit?.line ?? null) : null,
      };
    });
}

function findingAnnotations(comparison: Comparison): Annotation[] {
  return groupFindings(comparison).fresh.map(({ kind, severity, title, advice, file, line }) => ({
    level: LEVEL_OF[severity],
    title: `new ${kind}`,
    message: [title, ...advice.slice(0, 1)],
    file,
    line,
  }));
}

function functionAnnotations(comparison: Comparison): Annotation[] {
  return regressedFunctions(comparison).map((change) => ({
    level: 'warning',
    title: `slower: ${change.function}`,
    message: [describeFunctionChange(change, comparison)],
    file: change.file,
    line: change.line,
  }));
}

function command({ level, title, message, file, line }: Annotation): string {
  const isPlaced = file !== null && isRepositoryFile(file);
  const properties = [
    isPlaced ? `file=${escapeProperty(file, Number.POSITIVE_INFINITY)}` : '',
    isPlaced && line !== null ? `line=${line}` : '',
    `title=${escapeProperty(title, 200)}`,
  ];
  const text = message.map((line) => escapeControls(line));
  return `::${level} ${properties.filter((property) => property !== '').join(',')}::${escapeData(text.join('\n'))}`;
}

/** What ends a command or a line in it stands as a percent code. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string, maxLength: number): string {
  return escapeData(escapeControls(text, maxLength)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
