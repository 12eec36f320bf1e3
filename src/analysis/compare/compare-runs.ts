// Everything measured about two sides, once: metrics, functions, the common call tree. No opinions.
import type { DiffNode, MetricChange } from '../../model/comparison/comparison.ts';
import type { Run } from '../../model/comparison/run.ts';
import { diffTree } from './diff-tree.ts';
import { type ComparedFunction, functionChanges } from './function-changes.ts';
import { type MatchedCosts, matchCosts } from './function-costs.ts';
import { isOneUnit, type MetricLimits, metricChanges, scaled } from './metric-changes.ts';
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
  /** As `falseAlarm`, over all looks. */
  functionFalseAlarm: number;
  /** The part, 0..1, of the chance of a wrong function that this look may use. */
  functionLookShare: number;
}

export function compareRuns(base: readonly Run[], head: readonly Run[], limits: CompareLimits): ComparedRuns {
  const runs = [...base, ...head];
  // Time and live bytes have nothing in common, nor have a request and a second.
  const isOneSort = new Set(runs.map(({ costs }) => costs)).size === 1 && isOneUnit(runs);
  const hasProfile = ({ samples }: Run) => isOneSort && samples > 0;
  const sides = sidesOf(base, head);
  const profiled = sidesOf(base.filter(hasProfile), head.filter(hasProfile));
  const metrics = metricChanges(sides, limits);
  const costs = matchCosts(profiled);
  const functions = functionChanges(profiled, costs, limits, functionAlpha(metrics, limits));
  for (const { change } of functions)
    change.runsNeeded = scaled(change.runsNeeded, sides.base.length / profiled.base.length);
  const significant = new Set(
    functions.filter(({ change }) => change.verdict === 'different').map(({ matched }) => matched.id),
  );
  return {
    sides,
    profiled,
    costs,
    metrics,
    functions,
    tree: () => diffTree(profiled, costs, (id) => significant.has(id)),
    limits,
  };
}

/** Of the chance of a false alarm of the whole comparison. */
const FUNCTIONS_SHARE = 0.4;
/** Once it is certain that the whole differs, to name a function is no alarm: the wrong one may be named this often. */
const WRONG_NAME = 0.05;

function functionAlpha(metrics: readonly MetricChange[], limits: CompareLimits): number {
  const isDifferent = metrics.some(({ name, verdict }) => name === 'cpu.total' && verdict === 'different');
  return limits.functionLookShare * (isDifferent ? WRONG_NAME : limits.functionFalseAlarm * FUNCTIONS_SHARE);
}
