// Rules about one metric between base and head: "cpu.total>3%", "heap.floor>5MB", and "heap.leak" without a limit.
import type { Interval } from '../../analysis/interval.ts';
import type { Comparison, MetricChange } from '../../model/comparison/comparison.ts';
import { METRICS, type MetricName } from '../../model/comparison/run.ts';
import type { Limit, MetricRule } from './grammar/gate-rule.ts';
import { type HeldOutcome, hold, intervalOf, isDemand, operatorOf, runsEnough } from './hold.ts';
import {
  enoughWords,
  type Judgement,
  limitWords,
  moved,
  percent,
  quantity,
  TOO_FEW_RUNS,
} from './wording.ts';

export function judgeMetric(rule: MetricRule, comparison: Comparison): Judgement {
  const metric = comparison.metrics.find(({ name }) => name === rule.metric);
  const missing = whyMissing(metric);
  if (metric === undefined || missing !== null) return unmeasured(rule.metric, missing ?? '');
  if (rule.limit === null) return judgeVerdict(metric, comparison);
  const trouble = whyUnfit(metric, rule.limit);
  return trouble === null ? judgeLimit(metric, rule.limit, comparison) : unknown(rule.metric, trouble);
}

/** A rule that nothing can be said about, and why. */
export function unknown(metric: MetricName, reason: string): Judgement {
  return { outcome: 'unsure', statement: `${metric} ${reason}`, evidence: { metric } };
}

/** A rule about what was not measured: no number of runs decides it. */
export function unmeasured(metric: MetricName, reason: string): Judgement {
  return { outcome: 'unmeasured', statement: `${metric} ${reason}`, evidence: { metric } };
}

function whyMissing(metric: MetricChange | undefined): string | null {
  if (metric === undefined || (metric.base === null && metric.head === null))
    return 'was not measured on either side';
  if (metric.base === null) return 'was not measured on base';
  return metric.head === null ? 'was not measured on head' : null;
}

function whyUnfit(metric: MetricChange, limit: Limit): string | null {
  const { name, unit } = metric;
  if (!limit.isRelative && unit !== METRICS[name].unit)
    return `is counted in ${unit} here, but the limit is in ${METRICS[name].unit}`;
  if (intervalOf(metric, limit.isRelative) !== null) return null;
  return limit.isRelative && intervalOf(metric, false) !== null
    ? 'is close to zero on base, so a relative change is meaningless: give the limit in its unit'
    : TOO_FEW_RUNS;
}

function judgeLimit(metric: MetricChange, limit: Limit, comparison: Comparison): Judgement {
  const interval = intervalOf(metric, limit.isRelative)!;
  const operator = operatorOf(metric.name);
  const beyond = hold(interval, operator, limit.value);
  // Of many things compared at once some are beyond a limit by chance; the verdict accounts for that, an interval does
  // not. What was asked to improve fails without any change, so there is no verdict to wait for.
  const isByChance = beyond === 'fail' && !isDemand(operator, limit.value) && metric.verdict !== 'different';
  const outcome = isByChance ? 'unsure' : beyond;
  const format = limit.isRelative ? percent : (value: number) => quantity(value, metric.unit);
  const runsNeeded = outcome === 'unsure' ? runsFor(interval, limit.value, metric, comparison) : null;
  return {
    outcome,
    statement: `${metric.name} ${moved(interval, format)}, ${limitWords(beyond, operator, limit.value, format)}${isByChance ? doubt(metric, comparison) : ''}${enoughWords(runsNeeded)}`,
    evidence: {
      ...evidenceOf(metric, comparison),
      limit: limit.value,
      limitUnit: unitOf(limit, metric),
      runsNeeded,
    },
  };
}

/** Why a change that is beyond the limit does not fail yet. */
function doubt({ verdict }: MetricChange, { method }: Comparison): string {
  return verdict === 'same'
    ? `, but too small to count as different (under ${percent(method.smallest)})`
    : ', but with so many comparisons this may be chance';
}

const unitOf = (limit: Limit, metric: MetricChange) => (limit.isRelative ? 'part of base' : metric.unit);

function runsFor(
  interval: Interval,
  limit: number,
  metric: MetricChange,
  comparison: Comparison,
): number | null {
  const runs = Math.min(comparison.base.runs, comparison.head.runs);
  const isInside = interval.low <= limit && limit <= interval.high;
  return isInside ? runsEnough(interval, limit, runs) : metric.runsNeeded;
}

/** Different and worse fails. Unsure passes where even the bad end of the interval is a change too small to count. */
function judgeVerdict(metric: MetricChange, comparison: Comparison): Judgement {
  const outcome = outcomeOf(metric, comparison.method.smallest);
  const isRelative = intervalOf(metric, true) !== null;
  const interval = intervalOf(metric, isRelative);
  const format = isRelative ? percent : (value: number) => quantity(value, metric.unit);
  const [base, head] = [metric.base!, metric.head!].map((value) => quantity(value, metric.unit));
  const change = interval === null ? `went from ${base} to ${head}` : moved(interval, format);
  const end = {
    fail: 'which is different and worse',
    pass: metric.direction === 'better' ? 'which is better' : 'which is not worse',
    unsure: `which may be chance${enoughWords(metric.runsNeeded)}`,
  }[outcome];
  return {
    outcome,
    statement: `${metric.name} ${change}, ${end}`,
    evidence: { ...evidenceOf(metric, comparison), runsNeeded: metric.runsNeeded },
  };
}

function outcomeOf(metric: MetricChange, smallest: number): HeldOutcome {
  if (metric.verdict === 'different') return metric.direction === 'worse' ? 'fail' : 'pass';
  if (metric.verdict === 'same') return 'pass';
  const interval = intervalOf(metric, true);
  if (interval === null) return 'unsure';
  const operator = operatorOf(metric.name);
  return hold(interval, operator, operator === '>' ? smallest : -smallest) === 'pass' ? 'pass' : 'unsure';
}

function evidenceOf(metric: MetricChange, { method, base, head }: Comparison): Judgement['evidence'] {
  const { name, unit, differenceLow, differenceHigh, change, changeLow, changeHigh, verdict } = metric;
  return {
    metric: name,
    unit,
    base: metric.base,
    head: metric.head,
    difference: metric.difference,
    differenceLow,
    differenceHigh,
    change,
    changeLow,
    changeHigh,
    verdict,
    confidence: method.confidence,
    baseRuns: base.runs,
    headRuns: head.runs,
  };
}
