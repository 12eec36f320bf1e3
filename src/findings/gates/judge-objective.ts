// Error budgets: "slo:latency.p99<300ms@99%,burn<2" counts the windows of head that are bad, and asks how fast that
// uses up what is allowed. Burn rate: share of bad windows over the share that may be bad; at 1 the budget lasts exactly.
import { countsEnough, shareInterval } from '../../analysis/statistics/binomial.ts';
import type { Comparison } from '../../model/comparison/comparison.ts';
import { METRICS } from '../../model/comparison/run.ts';
import { formatCount, formatNumber } from '../../units/units.ts';
import type { ObjectiveRule } from './grammar/gate-rule.ts';
import { tidy } from './grammar/parse-limit.ts';
import { hold, operatorOf } from './hold.ts';
import { unmeasured } from './judge-metric.ts';
import { type Judgement, percent, quantity } from './wording.ts';

const LEAST_WINDOWS = 10;

export function judgeObjective(rule: ObjectiveRule, comparison: Comparison): Judgement {
  const { metric, limit, share, burn } = rule;
  const values = (comparison.headWindows ?? [])
    .filter((windows) => windows.metric === metric)
    .flatMap((windows) => windows.values.filter(Number.isFinite));
  if (values.length === 0) return unmeasured(metric, 'was not measured by windows');
  const bad = values.filter((value) => (operatorOf(metric) === '>' ? value >= limit : value <= limit)).length;
  const { confidence } = comparison.method;
  const part = shareInterval(bad, values.length, confidence);
  const allowed = tidy(1 - share);
  const rate = { point: part.point / allowed, low: part.low / allowed, high: part.high / allowed };
  const told = hold(rate, '>', burn);
  // Windows next to each other are alike: one bad moment may be several of them.
  const outcome = values.length < LEAST_WINDOWS ? 'unsure' : told;
  const windowsNeeded = outcome === 'unsure' ? windowsFor(part.point, allowed * burn, confidence) : null;
  return {
    outcome,
    statement: `${statementOf(rule, bad, values.length)}: burn rate ${formatNumber(rate.point)} (${formatNumber(rate.low)} to ${formatNumber(rate.high)} at ${percent(confidence)} confidence), ${verdictWords(outcome, burn, windowsNeeded)}`,
    evidence: {
      metric,
      limit,
      windows: values.length,
      bad,
      allowedShare: allowed,
      burnRate: rate.point,
      burnLow: rate.low,
      burnHigh: rate.high,
      burnLimit: burn,
      confidence,
      windowsNeeded,
    },
  };
}

function windowsFor(bad: number, limit: number, confidence: number): number | null {
  const enough = countsEnough(bad, limit, confidence);
  return enough === null ? null : Math.max(LEAST_WINDOWS, enough);
}

function statementOf({ metric, limit, share }: ObjectiveRule, bad: number, windows: number): string {
  const side = operatorOf(metric) === '>' ? 'not under' : 'not above';
  const shown = quantity(limit, METRICS[metric].unit);
  return `${metric} is ${side} ${shown} in ${formatNumber(bad)} of ${formatCount(windows, 'window')} (allowed: ${percent(tidy(1 - share))} of them)`;
}

function verdictWords(outcome: Judgement['outcome'], burn: number, windowsNeeded: number | null): string {
  const limit = formatNumber(burn);
  if (outcome === 'fail') return `more than ${limit}`;
  if (outcome === 'pass') return `within the limit of ${limit}`;
  const enough =
    windowsNeeded === null ? '' : `; about ${formatCount(windowsNeeded, 'window')} would be enough`;
  return `which may be more or less than the limit of ${limit}${enough}`;
}
