// From an estimate to one of three answers: different, same, or more runs are needed, and how many.
import type { ChangeVerdict } from '../../model/comparison/comparison.ts';
import { chanceOf, type Estimate, intervalOf, runsFor } from './estimate.ts';

export interface DecisionLimits {
  /** Chance of calling it different where it is the same: this comparison's part of the whole. */
  alpha: number;
  /** A change within +-`smallest` is the same to those who asked. In the unit of the estimate. */
  smallest: number;
}

export interface Decision {
  verdict: ChangeVerdict;
  /** Where unsure. */
  runsNeeded: number | null;
}

/** Of an interval that is to show that nothing (much) changed. */
const SAME_CONFIDENCE = 0.95;
/** A change that is certain but smaller than this part of what people asked for is noise of the build, not of the code. */
export const LEAST_PART = 0.5;

export function decide(estimate: Estimate, { alpha, smallest }: DecisionLimits): Decision {
  const size = Math.abs(estimate.difference);
  if (chanceOf(estimate) < alpha && size >= LEAST_PART * smallest)
    return { verdict: 'different', runsNeeded: null };
  const [low, high] = intervalOf(estimate, SAME_CONFIDENCE);
  if (low > -smallest && high < smallest) return { verdict: 'same', runsNeeded: null };
  return { verdict: 'unsure', runsNeeded: runsNeeded(estimate, { alpha, smallest }) };
}

/** Enough to tell what is seen from nothing, or to tell that it is less than `smallest`. */
function runsNeeded(estimate: Estimate, { alpha, smallest }: DecisionLimits): number | null {
  const size = Math.abs(estimate.difference);
  return size > smallest
    ? runsFor(estimate, size, 1 - alpha)
    : runsFor(estimate, Math.max(smallest - size, smallest / 4), SAME_CONFIDENCE);
}
