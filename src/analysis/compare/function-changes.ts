// Which functions changed: each function's own time as a part of the whole program's, tested for all functions together.
import type { FunctionChange } from '../../model/comparison/comparison.ts';
import { changeOf } from './change.ts';
import { LEAST_PART } from './decide.ts';
import { chanceOf, type Estimate, estimate, mean, type Samples } from './estimate.ts';
import type { MatchedCosts, MatchedFunction } from './function-costs.ts';
import type { MetricLimits } from './metric-changes.ts';
import { findMoves, type Move } from './moved-costs.ts';
import type { Sides } from './sides.ts';

const MOST_SHOWN = 60;
const LEAST_SHOWN = 0.001;

export interface ComparedFunction {
  matched: MatchedFunction;
  /** In parts of base's CPU time. */
  estimate: Estimate;
  change: FunctionChange;
  /** In parts of base's CPU time, with what only moved here from others taken away. */
  net: number;
}

/**
 * Largest change first; only those that a reader may want to see. Empty where there are no CPU profiles. `alpha` is the
 * chance that any of them is called different where none is.
 */
export function functionChanges(
  sides: Sides,
  costs: MatchedCosts,
  limits: MetricLimits,
  alpha: number,
): ComparedFunction[] {
  const whole = wholeCosts(sides);
  if (!whole) return [];
  const tested = [...costs.functions.values()].flatMap((matched) => {
    const samples = asParts(matched.self, whole, sides.isPaired);
    const share = Math.max(mean(samples.base), mean(samples.head));
    // A function that is smaller than any change that counts cannot have one.
    return share < LEAST_PART * limits.smallest
      ? []
      : [{ matched, samples, estimate: estimate(samples, samplingSpread(share, sides)) }];
  });
  const alphas = holm(
    tested.map(({ estimate }) => chanceOf(estimate)),
    alpha,
  );
  const moves = findMoves(tested);
  return tested
    .map(({ matched, samples, estimate }, i) => {
      const move = moves.get(matched.id);
      return {
        matched,
        estimate,
        net: move?.net ?? estimate.difference,
        change: describe(matched, { samples, estimate, alpha: alphas[i]!, limits, sides, move, whole }),
      };
    })
    .filter(({ change }) => change.verdict === 'different' || Math.abs(change.change ?? 0) >= LEAST_SHOWN)
    .sort((a, b) => Math.abs(b.estimate.difference) - Math.abs(a.estimate.difference))
    .slice(0, MOST_SHOWN);
}

/**
 * Of a change in a library or in Node: the program's own function on whose behalf it runs, with all that is done for it.
 * null when no single one explains most of it.
 */
export function ownerOfChange(
  change: ComparedFunction,
  costs: MatchedCosts,
  { sides, limits }: { sides: Sides; limits: MetricLimits },
): FunctionChange | null {
  const whole = wholeCosts(sides);
  if (!whole || change.matched.frame.owner === 'app') return null;
  const owners = [...costs.functions.values()].flatMap((matched) => {
    if (matched.frame.owner !== 'app') return [];
    const samples = asParts(matched.owned, whole, sides.isPaired);
    const share = Math.max(mean(samples.base), mean(samples.head));
    return [{ matched, samples, estimate: estimate(samples, samplingSpread(share, sides)) }];
  });
  const [owner] = owners.sort((a, b) => Math.abs(b.estimate.difference) - Math.abs(a.estimate.difference));
  const isMost = owner && owner.estimate.difference / change.net > OWNER_PART;
  if (!isMost || chanceOf(owner.estimate) > OWNER_CHANCE) return null;
  return describe(owner.matched, { ...owner, alpha: OWNER_CHANCE, limits, sides, move: undefined, whole });
}

const OWNER_PART = 0.5;
const OWNER_CHANCE = 0.01;

interface Whole {
  base: number[];
  head: number[];
  baseMean: number;
  /** See asParts. */
  isOwn: boolean;
}

/** The CPU time of all functions and of the machine's own work, by run. */
export function wholeCosts({ base, head }: Sides): Whole | null {
  const of = (runs: Sides['base']) => runs.map(({ wholeMicros }) => wholeMicros ?? 0);
  const [was, is] = [of(base), of(head)];
  if (was.length === 0 || is.length === 0 || [...was, ...is].some((value) => !(value > 0))) return null;
  const isOwn = [...base, ...head].some(({ per }) => per === 'second');
  return { base: was, head: is, baseMean: mean(was), isOwn };
}

/** Where requests are not counted, each side is the whole of its own: twice the load is twice of everything. */
function asParts(self: { base: number[]; head: number[] }, whole: Whole, isPaired: boolean): Samples {
  const part = (value: number, i: number) => value / (isPaired ? whole.base[i]! : whole.baseMean);
  const own = (value: number, i: number) => value / whole.head[i]!;
  return { paired: isPaired, base: self.base.map(part), head: self.head.map(whole.isOwn ? own : part) };
}

/** Even where runs agree by luck, so many samples cannot tell a share any better (Poisson). */
function samplingSpread(share: number, { base, head, isPaired }: Sides): number {
  const samples = Math.max(1, mean([...base, ...head].map((run) => run.samples)));
  return Math.sqrt(((isPaired ? 2 : 1) * share) / samples);
}

/** Holm's step-down: for each test the chance it may use, so that all together keep to `alpha`. */
function holm(chances: readonly number[], alpha: number): number[] {
  const order = chances.map((_, i) => i).sort((a, b) => chances[a]! - chances[b]!);
  const alphas = new Array<number>(chances.length);
  let isOpen = true;
  for (const [rank, i] of order.entries()) {
    const allowed = alpha / (chances.length - rank);
    alphas[i] = isOpen ? allowed : Math.min(allowed, alpha / chances.length);
    if (chances[i]! >= allowed) isOpen = false;
  }
  return alphas;
}

interface Description {
  samples: Samples;
  estimate: Estimate;
  alpha: number;
  limits: MetricLimits;
  sides: Sides;
  move: Move | undefined;
  whole: Whole;
}

function describe(matched: MatchedFunction, description: Description): FunctionChange {
  const { samples, alpha, limits, sides, move, whole } = description;
  const { frame, presence, total, allocated } = matched;
  const share = Math.max(mean(samples.base), mean(samples.head));
  const judged = changeOf(samples, {
    alpha,
    confidence: limits.confidence,
    better: 'lower',
    isRelative: false,
    smallest: limits.smallest,
    leastSpread: samplingSpread(share, sides),
  });
  const inMicros = (part: number | null) => (part === null ? null : part * whole.baseMean);
  const means = (values: { base: number[]; head: number[] }) => ({
    base: presence === 'new' ? null : mean(values.base),
    head: presence === 'gone' ? null : mean(values.head),
  });
  const isSampled = [...sides.base, ...sides.head].some(({ functions }) =>
    functions.some((f) => f.allocatedBytes !== undefined),
  );
  return {
    function: frame.functionName,
    file: frame.file,
    line: frame.line,
    package: frame.package,
    owner: frame.owner,
    presence,
    total: means(total),
    allocation: isSampled ? means(allocated) : null,
    movedWith: move?.with ?? [],
    ...judged,
    ...(move?.isAll ? { verdict: 'same' as const, direction: 'none' as const, runsNeeded: null } : {}),
    base: inMicros(judged.base),
    head: inMicros(judged.head),
    change: judged.difference,
    changeLow: judged.differenceLow,
    changeHigh: judged.differenceHigh,
    difference: inMicros(judged.difference),
    differenceLow: inMicros(judged.differenceLow),
    differenceHigh: inMicros(judged.differenceHigh),
  };
}
