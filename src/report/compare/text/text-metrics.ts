// The metrics of a comparison as a table, or as lines where the terminal is too narrow for one.
import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import type { Comparison, MetricChange } from '../../../model/comparison/comparison.ts';
import { formatSideBySide } from '../../../model/comparison/units-compared.ts';
import { hangingLines } from '../../layout.ts';
import { changeCells, describeSides, verdictWords } from '../words.ts';

const HEAD = ['Metric', 'Base', 'Head', 'Change', 'Interval', 'Verdict'];
const METRIC = 0;
const INTERVAL = 4;
const VERDICT = 5;
/** Columns of words may be wrapped down to this; columns of numbers never are. */
const LEAST: Record<number, number> = { [METRIC]: 22, [INTERVAL]: 14, [VERDICT]: 14 };

/** Strings must be escaped already. */
export function renderMetrics(comparison: Comparison, paint: ChalkInstance, width: number): string[] {
  const { metrics } = comparison;
  if (metrics.length === 0) return ['No metric was measured.'];
  const rows = metrics.map((metric) => metricCells(metric, comparison));
  const widths = columnWidths([HEAD, ...rows], width);
  if (widths === null) return metrics.flatMap((metric) => metricLines(metric, comparison, paint, width));
  const table = new Table({
    head: HEAD,
    colWidths: widths,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  rows.forEach((cells, index) => {
    const verdict = paintChange(metrics[index]!, paint)(cells[VERDICT]!);
    table.push([...cells.slice(0, VERDICT), verdict]);
  });
  return table.toString().split('\n');
}

function metricCells(metric: MetricChange, comparison: Comparison): string[] {
  const { texts, unit } = formatSideBySide([metric.base, metric.head], metric.unit);
  const { change, interval } = changeCells(metric, metric.unit);
  return [
    `${metric.words}${unit === '' ? '' : ` (${unit})`}`,
    texts[0] ?? 'unknown',
    texts[1] ?? 'unknown',
    change,
    interval,
    verdictWords(metric, comparison),
  ];
}

/** What each column gets, padding included; null when not even the narrowest fits. */
function columnWidths(rows: string[][], width: number): number[] | null {
  const natural = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)) + 2);
  const widths = natural.map((size, column) => Math.min(size, LEAST[column] ?? size));
  const borders = HEAD.length + 1;
  let spare = width - borders - widths.reduce((sum, size) => sum + size, 0);
  if (spare < 0) return null;
  for (const column of [INTERVAL, VERDICT, METRIC]) {
    const more = Math.min(spare, natural[column]! - widths[column]!);
    widths[column]! += more;
    spare -= more;
  }
  return widths;
}

function metricLines(
  metric: MetricChange,
  comparison: Comparison,
  paint: ChalkInstance,
  width: number,
): string[] {
  const { change, interval } = changeCells(metric, metric.unit);
  const parts = [change, interval === '' ? '' : `(${interval})`, verdictWords(metric, comparison)];
  return [
    ...hangingLines('', metric.words, width),
    ...hangingLines('   ', describeSides(metric.base, metric.head, metric.unit), width),
    ...hangingLines('   ', parts.filter(Boolean).join(' '), width).map(paintChange(metric, paint)),
  ];
}

function paintChange({ verdict, direction }: MetricChange, paint: ChalkInstance): (text: string) => string {
  if (verdict === 'same') return (text) => text;
  if (verdict === 'unsure') return (text) => paint.yellow(text);
  return (text) => ({ worse: paint.red.bold, better: paint.green, none: paint.yellow })[direction](text);
}
