// Two numbers that were measured separately, each with its interval: the interval of their difference and of their ratio.

export interface Interval {
  point: number;
  low: number;
  high: number;
}

export const isWhole = ({ point, low, high }: Interval): boolean =>
  [point, low, high].every(Number.isFinite) && low <= point && point <= high;

/** to - from; the square-and-add method of Zou and Donner (2008), which keeps lopsided intervals lopsided. */
export function differenceOf(from: Interval, to: Interval): Interval {
  const point = to.point - from.point;
  return {
    point,
    low: point - Math.hypot(to.point - to.low, from.high - from.point),
    high: point + Math.hypot(to.high - to.point, from.point - from.low),
  };
}

/**
 * to / from - 1, by the same method for ratios (Donner and Zou 2012). null where `from` may be 0 or less: a part of
 * nothing says nothing.
 */
export function changeOf(from: Interval, to: Interval): Interval | null {
  if (from.low <= 0 || to.point < 0) return null;
  const low = ratioBound(to.point, to.point - to.low, from.point, from.high - from.point, -1);
  const high = ratioBound(to.point, to.high - to.point, from.point, from.point - from.low, 1);
  return low === null || high === null
    ? null
    : { point: to.point / from.point - 1, low: low - 1, high: high - 1 };
}

/** The ratio at which (to - ratio * from) and the length of its two deviations are equal; the root on `side`. */
function ratioBound(
  to: number,
  toReach: number,
  from: number,
  fromReach: number,
  side: 1 | -1,
): number | null {
  const room = from * from - fromReach * fromReach;
  if (room <= 0) return null;
  const inside = (to * from) ** 2 - room * (to * to - toReach * toReach);
  return inside < 0 ? null : (to * from + side * Math.sqrt(inside)) / room;
}
