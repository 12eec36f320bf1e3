// An interval held against a limit: what is beyond it as a whole fails, what is within it as a whole passes, and
// anything else cannot be told. The point in the middle decides nothing.
//
//        limit
//   |--x--|                    pass (the limit itself is within)
//     |--x-:-|                 unsure
//          : |--x--|           fail
import { type Interval, isWhole } from '../../analysis/interval.ts';
import type { Change } from '../../model/comparison/comparison.ts';
import type { GateOutcome } from '../../model/comparison/gate.ts';
import { METRICS, type MetricName } from '../../model/comparison/run.ts';

/** Which side of a limit is bad. */
export type Operator = '>' | '<';

export const operatorOf = (metric: MetricName): Operator => (METRICS[metric].better === 'lower' ? '>' : '<');

/** The change as a part of base, or in the metric's unit. */
export function intervalOf(change: Change, isRelative: boolean): Interval | null {
  const [point, low, high] = isRelative
    ? [change.change, change.changeLow, change.changeHigh]
    : [change.difference, change.differenceLow, change.differenceHigh];
  return point === null || low === null || high === null ? null : { point, low, high };
}

/** What can come of a rule whose subject was measured. */
export type HeldOutcome = Exclude<GateOutcome, 'unmeasured'>;

export function hold(interval: Interval, operator: Operator, limit: number): HeldOutcome {
  if (!isWhole(interval)) return 'unsure';
  const { low, high } = interval;
  if (operator === '>' ? low > limit : high < limit) return 'fail';
  return (operator === '>' ? high <= limit : low >= limit) ? 'pass' : 'unsure';
}

/** A limit on the good side of no change: "cpu.total>-5%" asks for a fall of 5 %. */
export const isDemand = (operator: Operator, limit: number): boolean =>
  operator === '>' ? limit < 0 : limit > 0;

/**
 * How many runs a side would be enough, if the middle stays where it is: an interval is narrower by the root of the runs.
 * null where none is likely to be: the limit is next to the middle.
 */
export function runsEnough({ point, low, high }: Interval, limit: number, runs: number): number | null {
  const reach = limit > point ? high - point : point - low;
  const enough = Math.ceil(runs * (reach / Math.abs(limit - point)) ** 2) + 1;
  return Number.isFinite(enough) && enough <= 1_000 ? Math.max(runs + 1, enough) : null;
}
