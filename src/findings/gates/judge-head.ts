// Rules about head alone: "head.latency.p99>300ms", a budget that needs no base.
import type { Comparison } from '../../model/comparison/comparison.ts';
import { METRICS } from '../../model/comparison/run.ts';
import type { MetricRule } from './grammar/gate-rule.ts';
import { hold, operatorOf, runsEnough } from './hold.ts';
import { unknown, unmeasured } from './judge-metric.ts';
import { enoughWords, type Judgement, quantity, TOO_FEW_RUNS } from './wording.ts';

export function judgeHead({ metric: name, limit }: MetricRule, comparison: Comparison): Judgement {
  const metric = comparison.metrics.find((other) => other.name === name);
  if (!metric || metric.head === null) return unmeasured(name, 'was not measured on head');
  const { head: point, headLow: low, headHigh: high, unit } = metric;
  if (unit !== METRICS[name].unit)
    return unknown(name, `is counted in ${unit} here, but the limit is in ${METRICS[name].unit}`);
  if (typeof low !== 'number' || typeof high !== 'number')
    return unknown(name, `of head is ${quantity(point, unit)} and ${TOO_FEW_RUNS}`);
  const interval = { point, low, high };
  const { value } = limit!;
  const outcome = hold(interval, operatorOf(name), value);
  const runsNeeded = outcome === 'unsure' ? runsEnough(interval, value, comparison.head.runs) : null;
  const against = {
    pass: 'within the limit of',
    fail: operatorOf(name) === '>' ? 'more than' : 'less than',
    unsure: 'which may be on either side of the limit of',
  }[outcome];
  const [shown, from, to, limitShown] = [point, low, high, value].map((each) => quantity(each, unit));
  return {
    outcome,
    statement: `${name} of head is ${shown} (${from} to ${to}), ${against} ${limitShown}${enoughWords(runsNeeded)}`,
    evidence: {
      metric: name,
      unit,
      head: point,
      headLow: low,
      headHigh: high,
      limit: value,
      confidence: comparison.method.confidence,
      headRuns: comparison.head.runs,
      runsNeeded,
    },
  };
}
