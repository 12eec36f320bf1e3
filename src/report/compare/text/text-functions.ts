// The functions that changed, moved or allocate otherwise, as blocks of terminal text.
import type { ChalkInstance } from 'chalk';
import type { Comparison, FunctionChange } from '../../../model/comparison/comparison.ts';
import { formatDifference } from '../../../model/comparison/units-compared.ts';
import { formatCount, formatNumber } from '../../../units/units.ts';
import { hangingLines, wrapText } from '../../layout.ts';
import { allocationChanges, changedFunctions, movedFunctions, unsureFunctions } from '../selection.ts';
import {
  describeFunction,
  describeFunctionChange,
  describeMove,
  describeSides,
  functionUnit,
  perWord,
} from '../words.ts';

const MOST_FUNCTIONS = 10;
const MOST_OTHERS = 5;

/** Strings must be escaped already. */
export function renderFunctions(comparison: Comparison, paint: ChalkInstance, width: number): string[] {
  const changed = changedFunctions(comparison);
  const lines = [
    ...changed
      .slice(0, MOST_FUNCTIONS)
      .flatMap((change, index) => changedLines(change, index + 1, { comparison, paint, width })),
    ...more(changed.length - MOST_FUNCTIONS),
    ...movedLines(comparison, width),
  ];
  const unsure = unsureFunctions(comparison).length;
  if (unsure > 0) {
    lines.push(
      ...wrapText(
        `${formatCount(unsure, 'function')} may have changed: more runs would be needed to decide.`,
        width,
      ),
    );
  }
  const title =
    comparison.costs === 'live-bytes'
      ? 'Functions that changed (live bytes that they allocated themselves)'
      : `Functions that changed (self time, with built-ins, per ${comparison.per})`;
  return changed.length === 0 ? lines : [...titleLines(title, paint, width), ...lines];
}

function changedLines(
  change: FunctionChange,
  rank: number,
  { comparison, paint, width }: { comparison: Comparison; paint: ChalkInstance; width: number },
): string[] {
  const color = { worse: paint.red, better: paint.green, none: paint.yellow }[change.direction];
  const move = describeMove(change);
  const total = describeSides(change.total.base, change.total.head, functionUnit(comparison));
  return [
    ...hangingLines(`${rank}. `, describeFunction(change), width).map((line) => paint.bold(line)),
    ...hangingLines('   ', describeFunctionChange(change, comparison), width).map((line) => color(line)),
    ...(change.presence === 'both' ? hangingLines('   ', `total, including callees: ${total}`, width) : []),
    ...(move === '' ? [] : hangingLines('   ', move, width)),
  ];
}

function movedLines(comparison: Comparison, width: number): string[] {
  const moved = movedFunctions(comparison);
  if (moved.length === 0) return [];
  return [
    ...wrapText('Cost that only moved between functions (the sum is the same)', width),
    ...moved
      .slice(0, MOST_OTHERS)
      .flatMap((change) => hangingLines('   ', `${describeFunction(change)} ${describeMove(change)}`, width)),
    ...more(moved.length - MOST_OTHERS),
  ];
}

/** Strings must be escaped already. */
export function renderAllocations(comparison: Comparison, paint: ChalkInstance, width: number): string[] {
  const changes = allocationChanges(comparison);
  if (changes.length === 0) return [];
  const unit = `bytes/${perWord(comparison)}`;
  return [
    ...titleLines(
      'Largest differences in allocation (mean values; only the total is tested for significance)',
      paint,
      width,
    ),
    ...changes.slice(0, MOST_OTHERS).flatMap(({ of, base, head, difference }) => {
      const sides = describeSides(base ?? 0, head ?? 0, unit);
      const text = `${formatDifference(difference, null, null, unit)}  ${describeFunction(of)}: ${sides}`;
      return hangingLines('   ', text, width);
    }),
    ...more(changes.length - MOST_OTHERS),
  ];
}

const titleLines = (title: string, paint: ChalkInstance, width: number) =>
  wrapText(title, width).map((line) => paint.bold(line));

function more(count: number): string[] {
  return count > 0 ? [`   and ${formatNumber(count)} more (all are in the JSON)`] : [];
}
