// Whether everything changed in proportion: then no function is to blame, and a slower machine would look the same.
import { mean } from './estimate.ts';
import type { MatchedCosts } from './function-costs.ts';

/** Below this part of the whole a function says nothing. */
const LEAST_SHARE = 0.02;
/** Those that are large enough have to be most of it. */
const LEAST_COVERED = 0.8;
/** How far a function's change may be from that of the whole, as a part of it. */
const MOST_APART = 0.25;
const LEAST_FUNCTIONS = 2;

/** `change`: of the whole, as a part of base. */
export function isInProportion({ functions }: MatchedCosts, change: number): boolean {
  const costs = [...functions.values()].map(({ self }) => ({ base: mean(self.base), head: mean(self.head) }));
  const whole = costs.reduce((sum, { base }) => sum + base, 0);
  const large = costs.filter(({ base }) => base >= whole * LEAST_SHARE);
  const covered = large.reduce((sum, { base }) => sum + base, 0);
  return (
    large.length >= LEAST_FUNCTIONS &&
    covered >= whole * LEAST_COVERED &&
    large.every(({ base, head }) => Math.abs(head / base - 1 - change) <= Math.abs(change) * MOST_APART)
  );
}
