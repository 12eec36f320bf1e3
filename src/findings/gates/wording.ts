// The words of decisions: changes with their interval, limits, places. Names in them are as the target has them; who
// prints them escapes them.
import type { Interval } from '../../analysis/interval.ts';
import type { FindingChange, FunctionChange } from '../../model/comparison/comparison.ts';
import type { GateDecision } from '../../model/comparison/gate.ts';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../units/units.ts';
import { isDemand, type Operator } from './hold.ts';

/** What a judge finds; the rule itself is added by decide.ts. */
export type Judgement = Pick<GateDecision, 'outcome' | 'statement' | 'evidence'> & { accepted?: string[] };

/** Of a metric or a function. */
export const NO_INTERVAL = 'has no confidence interval';
export const TOO_FEW_RUNS = `${NO_INTERVAL}: too few runs`;

export const percent = (part: number) => `${formatNumber(part * 100)} %`;

/** "5 MB", "1.2 KB/request", "20 ms", "340 µs/request", "2" */
export function quantity(value: number, unit: string): string {
  const [what, over] = unit.split('/');
  const per = over === undefined ? '' : `/${over}`;
  if (what === 'bytes') return `${formatBytes(value)}${per}`;
  if (unit === 'ms') return formatDuration(value);
  return unit === 'count' ? formatNumber(value) : `${formatNumber(value)} ${unit}`;
}

export type Format = (value: number) => string;

/** "rose by 5.2 % (4.1 % to 6.3 %)", "fell by 2 % (-0.5 % to 4.5 %)" */
export function moved({ point, low, high }: Interval, format: Format): string {
  return point < 0
    ? `fell by ${format(-point)} (${format(-high)} to ${format(-low)})`
    : `rose by ${format(point)} (${format(low)} to ${format(high)})`;
}

/** How a change stands to its limit: "more than 3 %", "within the limit of 3 %". */
export function limitWords(
  outcome: GateDecision['outcome'],
  operator: Operator,
  limit: number,
  format: Format,
): string {
  const size = format(Math.abs(limit));
  const verb = operator === '>' ? 'fall' : 'rise';
  if (isDemand(operator, limit)) {
    if (outcome === 'pass') return `which meets the required ${verb} of ${size}`;
    return outcome === 'fail'
      ? `short of the required ${verb} of ${size}`
      : `which may be short of the required ${verb} of ${size}`;
  }
  if (outcome === 'pass') return `within the limit of ${size}`;
  return outcome === 'fail' ? `more than ${size}` : `which may be more or less than the limit of ${size}`;
}

/** "; about 12 runs a side would be enough", or nothing. */
export function enoughWords(runs: number | null): string {
  return runs === null ? '' : `; about ${formatCount(runs, 'run')} a side would be enough`;
}

/** "rank (src/search.js:12)" */
export function functionPlace({ function: name, file, line }: FunctionChange): string {
  return file === null ? name : `${name} (${file}${line === null ? '' : `:${line}`})`;
}

/** "listener-leak at src/ws.ts:88" */
export function findingPlace({ kind, file, line, function: name, title }: FindingChange): string {
  if (file !== null) return `${kind} at ${file}${line === null ? '' : `:${line}`}`;
  return name === null ? `${kind}: ${title}` : `${kind} in ${name}`;
}

const LISTED = 3;

/** "a, b, c and 4 more" */
export function listed(names: readonly string[]): string {
  if (names.length <= LISTED) return names.join(', ');
  return `${names.slice(0, LISTED).join(', ')} and ${formatNumber(names.length - LISTED)} more`;
}
