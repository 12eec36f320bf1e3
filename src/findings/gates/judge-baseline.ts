// Rules against a stored baseline: "baseline.cpu.total>3%". Two sessions on two machines cannot be compared, and are not:
// another Node version or processor leaves such a rule unsure.
import { changeOf, differenceOf, type Interval } from '../../analysis/interval.ts';
import type { Baseline } from '../../model/comparison/baseline.ts';
import type { Comparison, MetricChange } from '../../model/comparison/comparison.ts';
import { METRICS } from '../../model/comparison/run.ts';
import type { MetricRule } from './grammar/gate-rule.ts';
import { hold, operatorOf, runsEnough } from './hold.ts';
import { unknown, unmeasured } from './judge-metric.ts';
import {
  enoughWords,
  type Judgement,
  limitWords,
  moved,
  percent,
  quantity,
  TOO_FEW_RUNS,
} from './wording.ts';

export function judgeBaseline(
  rule: MetricRule,
  comparison: Comparison,
  baseline: Baseline | null,
): Judgement {
  const { metric: name } = rule;
  if (baseline === null) return unknown(name, 'has nothing to be compared with: there is no stored baseline');
  const [mismatch] = baselineMismatches(baseline, comparison);
  if (mismatch !== undefined) return unknown(name, `cannot be compared with the baseline: ${mismatch}`);
  const stored = baseline.metrics[name];
  if (!stored) return unknown(name, 'is not in the stored baseline');
  const measured = comparison.metrics.find((metric) => metric.name === name);
  if (typeof measured?.head !== 'number') return unmeasured(name, 'was not measured on head');
  const head = headInterval(measured);
  if (head === null) return unknown(name, `of head ${TOO_FEW_RUNS}`);
  if (!rule.limit!.isRelative && measured.unit !== METRICS[name].unit)
    return unknown(name, `is counted per ${comparison.per} here, but the limit is in ${METRICS[name].unit}`);
  const from = { point: stored.value, low: stored.low, high: stored.high };
  const interval = rule.limit!.isRelative ? changeOf(from, head) : differenceOf(from, head);
  if (interval === null)
    return unknown(
      name,
      'is close to zero in the baseline, so a relative change is meaningless: give the limit in its unit',
    );
  return decide(rule, interval, { comparison, baseline, from, head });
}

/** What stands between a baseline and this comparison's head, one sentence each; also to be shown as warnings. */
export function baselineMismatches(baseline: Baseline, { head, machine, per }: Comparison): string[] {
  const mismatches: string[] = [];
  const versions = [baseline.nodeVersions, head.nodeVersions].map((list) => [...list].sort().join(', '));
  if (versions[0] !== versions[1] || versions[0] === '')
    mismatches.push(
      `it was stored with Node ${versions[0] || 'unknown'}, and this is Node ${versions[1] || 'unknown'}`,
    );
  const machines = [baseline.machine, machine ?? null].map((known) =>
    known === null ? 'an unknown machine' : `${known.cpuCount} × ${known.cpuModel}`,
  );
  if (machines[0] !== machines[1] || !baseline.machine)
    mismatches.push(`it was stored on ${machines[0]}, and this is ${machines[1]}`);
  if (baseline.per !== per)
    mismatches.push(`it counts costs per ${baseline.per}, and this comparison per ${per}`);
  return mismatches;
}

function headInterval({ head: point, headLow: low, headHigh: high }: MetricChange): Interval | null {
  return point !== null && typeof low === 'number' && typeof high === 'number' ? { point, low, high } : null;
}

interface Held {
  comparison: Comparison;
  baseline: Baseline;
  from: Interval;
  head: Interval;
}

function decide({ metric: name, limit }: MetricRule, interval: Interval, held: Held): Judgement {
  const { isRelative, value } = limit!;
  const { comparison, baseline, from, head } = held;
  const { unit } = METRICS[name];
  const operator = operatorOf(name);
  const outcome = hold(interval, operator, value);
  const format = isRelative ? percent : (each: number) => quantity(each, unit);
  const runsNeeded = outcome === 'unsure' ? runsEnough(interval, value, comparison.head.runs) : null;
  return {
    outcome,
    statement: `${name} ${moved(interval, format)} since the baseline of ${baseline.storedAt.slice(0, 10)}, ${limitWords(outcome, operator, value, format)}${enoughWords(runsNeeded)}`,
    evidence: {
      metric: name,
      unit,
      baseline: from.point,
      baselineLow: from.low,
      baselineHigh: from.high,
      baselineCommit: baseline.commit,
      storedAt: baseline.storedAt,
      head: head.point,
      headLow: head.low,
      headHigh: head.high,
      change: interval.point,
      changeLow: interval.low,
      changeHigh: interval.high,
      limit: value,
      limitUnit: isRelative ? 'part of baseline' : unit,
      runsNeeded,
    },
  };
}
