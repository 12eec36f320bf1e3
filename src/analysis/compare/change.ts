// One compared number: means, difference, change as a part of base, intervals, verdict.
import type { Change, Direction } from '../../model/comparison/comparison.ts';
import { decide } from './decide.ts';
import { type Estimate, estimate, intervalOf, mean, type Samples } from './estimate.ts';

export interface ChangeLimits {
  alpha: number;
  /** Of the printed interval. */
  confidence: number;
  better: 'lower' | 'higher';
  /** Judged as a part of base; else in the unit of the values, as what is near nothing on base must be. */
  isRelative: boolean;
  /** A part of base, or in the unit of the values. */
  smallest: number;
  /** In the unit of the values. */
  leastSpread: number;
}

/** Measured on one side only, or on none. */
export const UNMEASURED: Change = {
  base: null,
  head: null,
  difference: null,
  differenceLow: null,
  differenceHigh: null,
  change: null,
  changeLow: null,
  changeHigh: null,
  verdict: 'unsure',
  direction: 'none',
  runsNeeded: null,
};

export function changeOf(samples: Samples, limits: ChangeLimits): Change {
  const baseMean = mean(samples.base);
  const isRelative = limits.isRelative && samples.base.every((value) => value > 0);
  const judged = isRelative ? estimate(asParts(samples, baseMean)) : estimate(samples, limits.leastSpread);
  // A metric that is judged by parts and has no base to be a part of is judged against what there is.
  const smallest =
    limits.isRelative && !isRelative
      ? limits.smallest * Math.max(Math.abs(baseMean), mean(samples.head))
      : limits.smallest;
  const { verdict, runsNeeded } = decide(judged, { alpha: limits.alpha, smallest });
  const [low, high] = intervalOf(judged, limits.confidence);
  const unit = isRelative ? baseMean : 1;
  const part = isRelative ? 1 : baseMean > 0 && !(limits.smallest > baseMean) ? 1 / baseMean : null;
  const inUnit = (value: number) => finite(value * unit);
  const inParts = (value: number) => (part === null ? null : finite(value * part));
  return {
    base: baseMean,
    head: mean(samples.head),
    difference: inUnit(judged.difference),
    differenceLow: inUnit(low),
    differenceHigh: inUnit(high),
    change: inParts(judged.difference),
    changeLow: inParts(low),
    changeHigh: inParts(high),
    verdict,
    direction: directionOf(verdict, judged, limits.better),
    runsNeeded,
  };
}

/** Each pair by its own base: a machine that slows down for a while slows both. */
function asParts({ paired, base, head }: Samples, baseMean: number): Samples {
  return {
    paired,
    base: base.map((value) => (paired ? 1 : value / baseMean)),
    head: head.map((value, i) => value / (paired ? base[i]! : baseMean)),
  };
}

function directionOf(
  verdict: Change['verdict'],
  { difference }: Estimate,
  better: 'lower' | 'higher',
): Direction {
  if (verdict !== 'different') return 'none';
  return difference > 0 === (better === 'higher') ? 'better' : 'worse';
}

/** JSON has no infinity: where nothing bounds the change, it is unknown. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
