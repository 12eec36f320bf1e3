// The limit in a rule: a number with the suffix people write for the unit, turned into the metric's own unit.
import { METRICS, type MetricName } from '../../../model/comparison/run.ts';
import { GIB, KIB, MIB } from '../../../units/bytes.ts';
import { MILLIS_PER } from '../../../units/duration.ts';
import type { Limit } from './gate-rule.ts';
import { type Refusal, refuse } from './refusal.ts';

const TIME = { µs: MILLIS_PER.µs, us: MILLIS_PER.us, ms: MILLIS_PER.ms, s: MILLIS_PER.s };
// Sizes in steps of 1024, as everywhere in our output.
const BYTES: Record<string, number> = {
  bytes: 1,
  byte: 1,
  b: 1,
  kb: KIB,
  kib: KIB,
  mb: MIB,
  mib: MIB,
  gb: GIB,
  gib: GIB,
};
const OVER: Record<string, RegExp> = { request: /^(request|requests|req)$/, s: /^(s|sec|second)$/ };

interface Unit {
  factors: Record<string, number>;
  /** What one suffix is in the metric's unit: 1 ms is 1,000 µs. */
  scale: number;
  over: string | null;
  example: string;
}

const UNITS: Record<(typeof METRICS)[MetricName]['unit'], Unit> = {
  'µs/request': { factors: TIME, scale: 1_000, over: 'request', example: '50µs' },
  'bytes/request': { factors: BYTES, scale: 1, over: 'request', example: '2KB' },
  'bytes/s': { factors: BYTES, scale: 1, over: 's', example: '5MB/s' },
  'ms/s': { factors: TIME, scale: 1, over: 's', example: '1.5ms/s' },
  ms: { factors: TIME, scale: 1, over: null, example: '20ms' },
  'requests/s': { factors: { requests: 1, req: 1, '': 1 }, scale: 1, over: 's', example: '500/s' },
  bytes: { factors: BYTES, scale: 1, over: null, example: '5MB' },
  count: { factors: { '': 1 }, scale: 1, over: null, example: '2' },
};

const NUMBER = /^([+-]?)(\d+(?:\.\d+)?|\.\d+)\s*(.*)$/s;

/** A limit of a change: "3%", "-5%", "5MB". */
export function parseLimit(text: string, metric: MetricName): Limit | Refusal {
  const match = NUMBER.exec(text);
  if (!match) return refuse(`"${text}" is not a number with a unit.`, limitHint(metric));
  const [, sign = '', digits, suffix = ''] = match;
  const isRelative = suffix.trim() === '%';
  const factor = isRelative ? 0.01 : factorOf(suffix, metric);
  if (factor === null) return refuse(wrongUnit(suffix, metric), limitHint(metric));
  const size = tidy(Number(digits) * factor);
  if (METRICS[metric].better === 'higher' && sign === '' && size > 0) {
    return refuse(
      `higher is better for ${metric}, and a limit of ${text} has no sign.`,
      `A fall is written with a minus: ${metric}<-${text}. To ask for a rise, write ${metric}<+${text}.`,
    );
  }
  return { isRelative, value: sign === '-' && size > 0 ? -size : size };
}

/** A limit of the value itself: "300ms", "500/s"; in the metric's unit. */
export function parseValue(text: string, metric: MetricName): number | Refusal {
  const match = NUMBER.exec(text);
  const hint = `Write it like ${exampleOf(metric)}.`;
  if (!match) return refuse(`"${text}" is not a number with a unit.`, hint);
  const [, sign, digits, suffix = ''] = match;
  if (suffix.trim() === '%')
    return refuse(
      `the limit of ${metric} cannot be ${text}: here it is an absolute value with a unit, not a change.`,
      hint,
    );
  const factor = factorOf(suffix, metric);
  if (factor === null) return refuse(wrongUnit(suffix, metric), hint);
  if (sign === '-') return refuse(`${metric} is never below 0.`, hint);
  return tidy(Number(digits) * factor);
}

/** 1.1 % is 0.011, and no digit more. */
export const tidy = (value: number): number => Number(value.toPrecision(12));

/** "5MB" of a metric in bytes, as people would write one. */
export function exampleOf(metric: MetricName): string {
  return UNITS[METRICS[metric].unit].example;
}

function factorOf(suffix: string, metric: MetricName): number | null {
  const { factors, scale, over } = UNITS[METRICS[metric].unit];
  const [head = '', tail, ...more] = suffix.trim().toLowerCase().split('/');
  if (more.length > 0) return null;
  if (tail !== undefined && (over === null || !OVER[over]!.test(tail.trim()))) return null;
  const factor = factors[head.trim()];
  return factor === undefined ? null : factor * scale;
}

function wrongUnit(suffix: string, metric: MetricName): string {
  const { unit } = METRICS[metric];
  if (suffix.trim() === '') return `a limit of ${metric} needs a unit.`;
  return unit === 'count'
    ? `${metric} is a count and has no unit such as "${suffix.trim()}".`
    : `${metric} is measured in ${unit}, not in "${suffix.trim()}".`;
}

function limitHint(metric: MetricName): string {
  const { better } = METRICS[metric];
  const [operator, sign] = better === 'lower' ? ['>', ''] : ['<', '-'];
  return `Write ${metric}${operator}${sign}3% or ${metric}${operator}${sign}${exampleOf(metric)}.`;
}
