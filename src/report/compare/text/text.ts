// A comparison as terminal text: the verdict, the metrics, what changed and where, the gates, and how it was measured.
import { Chalk, type ChalkInstance } from 'chalk';
import type { Comparison } from '../../../model/comparison/comparison.ts';
import { escapeAllStrings, escapeControls, escapeLogCommands } from '../../escape.ts';
import { hangingLines, labelledLines, wrapText } from '../../layout.ts';
import { describeNext } from '../../text/chain-text.ts';
import type { TextOptions } from '../../text/text.ts';
import { describeMethod, describeSide, describeSideName } from '../method-words.ts';
import { groupFindings } from '../selection.ts';
import { describeGates, headlineWord, MAX_COMMAND_LENGTH } from '../words.ts';
import { renderFindings, renderFindingTitle } from './text-findings.ts';
import { renderAllocations, renderFunctions } from './text-functions.ts';
import { renderGates, renderGateTitle } from './text-gates.ts';
import { renderMetrics } from './text-metrics.ts';

/** The whole comparison, ending in a newline. Strings from the target are made inert first. */
export function renderComparisonText(comparison: Comparison, options: TextOptions): string {
  const safe = withWholeCommand(escapeAllStrings(comparison), comparison);
  const paint = new Chalk({ level: options.colors ? 1 : 0 });
  const width = Math.max(40, options.width);
  const verdict = renderVerdict(safe, paint, width);
  const blocks = options.quiet
    ? [[...verdict, ...renderTitles(safe, paint, width)]]
    : [
        verdict,
        renderMetrics(safe, paint, width),
        renderFunctions(safe, paint, width),
        renderAllocations(safe, paint, width),
        ...renderFindings(safe, paint, width),
        renderGates(safe.gates, paint, width),
        renderMethod(safe, paint, width),
      ];
  const filled = blocks.filter((block) => block.length > 0);
  return escapeLogCommands(`${filled.map((block) => block.join('\n')).join('\n\n')}\n`);
}

/** The command is to be copied: where other texts are cut, it is not. */
function withWholeCommand(safe: Comparison, { gates }: Comparison): Comparison {
  if (safe.gates === null || gates === null) return safe;
  const command = escapeControls(gates.command, MAX_COMMAND_LENGTH);
  return { ...safe, gates: { ...safe.gates, command } };
}

function renderVerdict(comparison: Comparison, paint: ChalkInstance, width: number): string[] {
  const { base, head, gates, verdictReason } = comparison;
  const headline = [headlineWord(comparison), verdictReason].filter((part) => part !== '').join(': ');
  const color = verdictColor(comparison, paint);
  const sides = `head is ${describeSideName(head)}, base is ${describeSideName(base)}`;
  const summary = gates === null || gates.decisions.length === 0 ? '' : describeGates(gates);
  return [
    ...wrapText(headline, width).map((line) => color.bold(line)),
    ...wrapText(sides, width),
    ...(summary === ''
      ? []
      : wrapText(summary, width).map((line) => gateColor(gates!.passed, paint).bold(line))),
  ];
}

function verdictColor({ verdict, direction }: Comparison, paint: ChalkInstance): ChalkInstance {
  if (verdict === 'same') return paint.green;
  if (verdict === 'unsure') return paint.yellow;
  return { worse: paint.red, better: paint.green, none: paint.yellow }[direction];
}

const gateColor = (passed: boolean, paint: ChalkInstance) => (passed ? paint.green : paint.red);

/** Quiet: what failed and what is new, a line each. */
function renderTitles(comparison: Comparison, paint: ChalkInstance, width: number): string[] {
  const gates = comparison.gates?.decisions ?? [];
  return [
    ...gates
      .filter(({ outcome }) => outcome !== 'pass')
      .flatMap((decision) => renderGateTitle(decision, paint, width)),
    ...groupFindings(comparison).fresh.flatMap((finding) => renderFindingTitle(finding, paint, width)),
  ];
}

function renderMethod(comparison: Comparison, paint: ChalkInstance, width: number): string[] {
  const { base, head, warnings } = comparison;
  const bullets = [...new Set(warnings)].map((warning) => `- ${warning}`);
  return [
    paint.bold('How it was measured'),
    ...describeMethod(comparison).flatMap((sentence) => hangingLines('   ', sentence, width)),
    ...labelledLines('Base', [describeSide(base)], width),
    ...labelledLines('Head', [describeSide(head)], width),
    ...labelledLines('Warnings', bullets, width).map((line) => paint.yellow(line)),
    ...labelledLines('Not known', describeNext(comparison.nextMeasurement), width),
  ];
}
