// Numbers over time for a picture: no more than can be seen, in few digits.
import type { Series } from '../../model/report/pictures.ts';

export type Point = Series['points'][number];

/** Of two that fall together, the one that counts: the later one of a level, the higher one of a peak. */
export type Keep = 'last' | 'peak';

/** At most `most` points, each at its own time. */
export function thin(points: readonly Point[], most: number, keep: Keep = 'last'): Point[] {
  if (points.length <= most) return points.map(inFewDigits);
  const kept: Point[] = [];
  for (let i = 0; i < most; i++) {
    const group = points.slice(
      Math.floor((i * points.length) / most),
      Math.floor(((i + 1) * points.length) / most),
    );
    const chosen = keep === 'last' ? group.at(-1) : highest(group);
    if (chosen) kept.push(inFewDigits(chosen));
  }
  return kept;
}

const highest = (group: readonly Point[]): Point | undefined =>
  group.reduce<Point | undefined>((best, point) => (best && best[1] >= point[1] ? best : point), undefined);

function inFewDigits([atMillis, value]: Point): Point {
  return [Math.round(atMillis), rounded(value)];
}

/** Whole from 100 on, else with three digits. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
