// Everything measured about two sides, once: metrics, functions, the common call tree. No opinions.
import type { DiffNode, MetricChange } from '../../model/comparison.ts';
import type { Run } from '../../model/run.ts';
import { diffTree } from './diff-tree.ts';
import { type ComparedFunction, functionChanges } from './function-changes.ts';
import { type MatchedCosts, matchCosts } from './function-costs.ts';
import { type MetricLimits, metricChanges } from './metric-changes.ts';
import { type Sides, sidesOf } from './sides.ts';

export interface ComparedRuns {
  sides: Sides;
  /** The runs of both sides that have CPU profiles. */
  profiled: Sides;
  costs: MatchedCosts;
  metrics: MetricChange[];
  /** Largest change first. */
  functions: ComparedFunction[];
  /** For the differential flame graph; asked for only when it is drawn. */
  tree(): DiffNode[];
  limits: MetricLimits;
}

export interface CompareLimits extends MetricLimits {
  /** As `falseAlarm`, for functions: they may have been looked at more or less often. */
  functionFalseAlarm: number;
}

export function compareRuns(base: readonly Run[], head: readonly Run[], limits: CompareLimits): ComparedRuns {
  const hasProfile = ({ samples }: Run) => samples > 0;
  const sides = sidesOf(base, head);
  const profiled = sidesOf(base.filter(hasProfile), head.filter(hasProfile));
  const functionLimits = { ...limits, falseAlarm: limits.functionFalseAlarm };
  const costs = matchCosts(profiled);
  const functions = functionChanges(profiled, costs, functionLimits);
  const significant = new Set(
    functions.filter(({ change }) => change.verdict === 'different').map(({ matched }) => matched.id),
  );
  return {
    sides,
    profiled,
    costs,
    metrics: metricChanges(sides, limits),
    functions,
    tree: () => diffTree(profiled, costs, (id) => significant.has(id)),
    limits,
  };
}
