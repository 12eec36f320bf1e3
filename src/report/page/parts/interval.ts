// A change with the interval it lies in, as a bar on a line whose middle is no change.
import type { Change } from '../../../model/comparison/comparison.ts';
import { formatChange } from '../../../model/comparison/units-compared.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';

/** `widest` is what both ends of the line stand for. Null where the change has no relative interval. */
export function drawInterval(
  { s }: Builder,
  { change, changeLow, changeHigh }: Pick<Change, 'change' | 'changeLow' | 'changeHigh'>,
  { widest, tone }: { widest: number; tone: string },
): PageElement | null {
  if (change === null) return null;
  const x = (value: number) => 100 + (Math.max(-widest, Math.min(widest, value)) / widest) * 96;
  const [low, high] = [x(changeLow ?? change), x(changeHigh ?? change)];
  return s(
    'svg',
    {
      class: 'interval',
      viewBox: '0 0 200 20',
      role: 'img',
      'aria-label': formatChange(change, changeLow, changeHigh),
    },
    s('path', { class: 'grid', d: 'M4 10H196M100 1V19' }),
    s('rect', {
      class: `range ${tone}`,
      x: low.toFixed(1),
      y: 6,
      width: Math.max(2, high - low).toFixed(1),
      height: 8,
      rx: 3,
    }),
    s('circle', { class: `point ${tone}`, cx: x(change).toFixed(1), cy: 10, r: 4 }),
  );
}
