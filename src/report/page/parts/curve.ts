// Curves in a box of 1,000 by 100, which is stretched to where it stands: lines keep their width by a rule of the style.

import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import type { LineForm } from './panels.ts';

export const WIDTH = 1_000;
export const HEIGHT = 100;

type Points = readonly (readonly [number, number])[];

export interface Scale {
  /** Milliseconds at the left and the right end. */
  from: number;
  to: number;
  /** Value at the upper end; the lower one is 0. */
  top: number;
}

export const xOf = (millis: number, { from, to }: Scale) =>
  to <= from ? 0 : Math.min(WIDTH, Math.max(0, ((millis - from) / (to - from)) * WIDTH));

const yOf = (value: number, { top }: Scale) =>
  HEIGHT - Math.min(HEIGHT, Math.max(0, (value / top) * (HEIGHT - 4)));

const at = (millis: number, value: number, scale: Scale) =>
  `${short(xOf(millis, scale))} ${short(yOf(value, scale))}`;

const short = (value: number) => Number(value.toFixed(1));

/** The path of a curve; `below` is what an area stands on. */
export function curvePath(points: Points, scale: Scale, form: LineForm, below: Points = []): string {
  switch (form) {
    case 'line':
      return linePath(points, scale);
    case 'dots':
      return points.map(([millis, value]) => `M${at(millis, value, scale)}h0`).join('');
    case 'bars':
      return points
        .filter(([, value]) => value > 0)
        .map(([millis, value]) => `M${short(xOf(millis, scale))} ${HEIGHT}V${short(yOf(value, scale))}`)
        .join('');
    case 'area': {
      const base =
        below.length > 0 ? below : [[points[0]?.[0] ?? 0, 0] as const, [points.at(-1)?.[0] ?? 0, 0] as const];
      const back = base.toReversed().map(([millis, value]) => `L${at(millis, value, scale)}`);
      return `${linePath(points, scale)}${back.join('')}Z`;
    }
  }
}

function linePath(points: Points, scale: Scale): string {
  return points.map(([millis, value], i) => `${i === 0 ? 'M' : 'L'}${at(millis, value, scale)}`).join('');
}

/** A picture with a name, for who does not see it. */
export function plot({ s }: Builder, label: string, ...content: PageElement[]): PageElement {
  return s(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
    ...content,
  );
}
