// Numbers that are read beside each other: two sides in one step of a unit, a change with the interval it lies in. A
// single number is written by units.ts.
import { BYTE_UNITS } from '../../units/units.ts';

/** What is written after a number of each unit that has steps, and how much larger each step is. */
const STEPS: Record<string, { names: string[]; size: number; from: number }> = {
  bytes: { names: BYTE_UNITS, size: 1024, from: 1023.5 },
  // Costs a request are read beside each other: 1,240 and 1,305 µs say more than 1.2 and 1.3 ms.
  µs: { names: ['µs', 'ms', 's'], size: 1000, from: 10_000 },
  ms: { names: ['ms', 's'], size: 1000, from: 10_000 },
};

/**
 * Numbers of one unit that are read side by side: all in the same step ("KB"), with the same decimals, and at least
 * three digits in the largest. A null, or what is no number, stays null.
 */
export function formatSideBySide(
  values: (number | null)[],
  unit: string,
): { texts: (string | null)[]; unit: string } {
  const [what = '', ...per] = unit.split('/');
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const largest = Math.max(0, ...known.map(Math.abs));
  const { names, size, from } = STEPS[what] ?? { names: [what], size: 1, from: Number.POSITIVE_INFINITY };
  let step = 0;
  while (largest / size ** step >= from && step < names.length - 1) step += 1;
  const scaled = values.map((value) =>
    value === null || !Number.isFinite(value) ? null : value / size ** step,
  );
  const isWhole = scaled.every((value) => value === null || Number.isInteger(value));
  const decimals = isWhole ? 0 : decimalsFor(largest / size ** step);
  const name = what === 'count' ? '' : names[step]!;
  return {
    texts: scaled.map((value) => (value === null ? null : fixed(value, decimals))),
    unit: [name, ...per].join('/'),
  };
}

function decimalsFor(largest: number): number {
  if (largest === 0) return 0;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(largest))));
}

/** Never "-0.0": a change that rounds to nothing has no sign. */
function fixed(value: number, decimals: number): string {
  if (Math.abs(value) >= 1e15) return value.toExponential(1);
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return /[1-9]/.test(text) ? text : text.replace('-', '');
}

const signed = (text: string) => (text.startsWith('-') || !/[1-9]/.test(text) ? text : `+${text}`);

/** A change in a unit with the interval it lies in; null bounds are left out: "+62 µs/request (49 to 75)". */
export function formatDifference(
  difference: number,
  low: number | null,
  high: number | null,
  unit: string,
): string {
  const { texts, unit: shownUnit } = formatSideBySide([difference, low, high], unit);
  const [text, ...interval] = texts;
  if (text === null || text === undefined) return 'unknown';
  return [signed(text), shownUnit, inBrackets(interval)].filter((part) => part !== '').join(' ');
}

/** A relative change, 0.05 is 5 % more, with the interval it lies in: "+5.2 % (4.1 to 6.3)". */
export function formatChange(change: number, low: number | null, high: number | null): string {
  const { text, interval } = changeTexts(change, low, high);
  return text === null ? 'unknown' : [`${signed(text)} %`, inBrackets(interval)].filter(Boolean).join(' ');
}

/** Only the interval of a relative change: "4.1 to 6.3 %"; null where it is not known. */
export function formatChangeInterval(low: number | null, high: number | null): string | null {
  const { interval } = changeTexts(null, low, high);
  return interval.includes(null) ? null : `${interval.join(' to ')} %`;
}

/** Only the interval of a change in a unit: "49 to 75 µs/request"; null where it is not known. */
export function formatDifferenceInterval(
  low: number | null,
  high: number | null,
  unit: string,
): string | null {
  const { texts, unit: shownUnit } = formatSideBySide([low, high], unit);
  return texts.includes(null) ? null : `${texts.join(' to ')} ${shownUnit}`.trimEnd();
}

function inBrackets([low = null, high = null]: (string | null)[]): string {
  return low === null || high === null ? '' : `(${low} to ${high})`;
}

/** Decimals follow the width of the interval: more of them would be noise. */
function changeTexts(change: number | null, low: number | null, high: number | null) {
  const percent = (value: number | null) => (value === null || !Number.isFinite(value) ? null : value * 100);
  const [middle, from, to] = [percent(change), percent(low), percent(high)];
  const width = from === null || to === null ? 1 : Math.abs(to - from);
  const decimals = width >= 10 ? 0 : width >= 0.2 || width === 0 ? 1 : 2;
  const text = (value: number | null) => (value === null ? null : fixed(value, decimals));
  return { text: text(middle), interval: [text(from), text(to)] };
}
