// Rows with a bar: parts of a whole, and how close something is to its limit.
import type { PackageTime, UsedLimit } from '../../../model/report/pictures.ts';
import { formatDuration, formatQuantity, formatShare } from '../../../units/units.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { LIMIT_NAMES } from '../headlines/parts.ts';

export interface BarRow {
  name: string;
  /** 0..1 of the widest. */
  part: number;
  text: string;
  /** A class of the style: an owner of code, or how urgent it is. */
  tone: string;
}

export function drawBars({ h }: Builder, label: string, rows: readonly BarRow[]): PageElement {
  return h(
    'ul',
    { class: 'bars', 'aria-label': label },
    ...rows.map(({ name, part, text, tone }) => {
      const bar = h('span', { class: `bar ${tone}` });
      bar.style.setProperty('width', `${(Math.min(1, Math.max(0.002, part)) * 100).toFixed(1)}%`);
      return h(
        'li',
        null,
        h('span', { class: 'bar-name wrap' }, name),
        h('span', { class: 'bar-track', 'aria-hidden': 'true' }, bar),
        h('span', { class: 'bar-text' }, text),
      );
    }),
  );
}

/** CPU time by package. */
export function packageRows(packages: readonly PackageTime[]): BarRow[] {
  const whole = packages.reduce((sum, { millis }) => sum + millis, 0);
  const most = Math.max(...packages.map(({ millis }) => millis), 1e-9);
  return packages.map(({ name, owner, millis }) => ({
    name: PLAIN_NAMES[name] ?? name,
    part: millis / most,
    text: `${formatDuration(millis)}, ${formatShare(millis / whole)}`,
    tone: owner,
  }));
}

const PLAIN_NAMES: Record<string, string> = {
  '(application)': 'the application',
  '(runtime)': 'Node.js',
  '(native)': 'built-in and native code',
  '(garbage collection)': 'garbage collection',
};

export function limitRows(limits: readonly UsedLimit[]): BarRow[] {
  return limits
    .toSorted((a, b) => b.used / b.limit - a.used / a.limit)
    .map(({ name, used, limit, unit }) => {
      const part = used / limit;
      const amount =
        unit === 'share'
          ? formatShare(used)
          : `${inUnit(used, unit)} of ${inUnit(limit, unit)}, ${formatShare(part)}`;
      return {
        name: capitalised(LIMIT_NAMES[name]),
        part,
        text: amount,
        tone: part >= 0.9 ? 'critical' : part >= 0.7 ? 'warning' : 'good',
      };
    });
}

const inUnit = (value: number, unit: UsedLimit['unit']) =>
  unit === 'cores' ? formatQuantity(value, value === 1 ? 'core' : 'cores') : formatQuantity(value, unit);

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
