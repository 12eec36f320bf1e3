// The baseline that a comparison's head leaves for later.
import type { Baseline, BaselineMetric } from '../../model/comparison/baseline.ts';
import type { Comparison, MetricChange } from '../../model/comparison/comparison.ts';

/** A metric without an interval is left out: nothing could be held against it. */
export function baselineOf(comparison: Comparison, storedAt: Date): Baseline {
  const { head, findings } = comparison;
  const isJudged = comparison.findingsCompared !== false;
  return {
    format: 'culprit-baseline',
    formatVersion: 1,
    toolVersion: comparison.tool.version,
    storedAt: storedAt.toISOString(),
    label: head.label,
    commit: head.commit,
    runs: head.runs,
    nodeVersions: head.nodeVersions,
    machine: comparison.machine ?? null,
    per: comparison.per,
    confidence: comparison.method.confidence,
    metrics: Object.fromEntries(comparison.metrics.flatMap(storedMetric)),
    findings: isJudged
      ? findings.filter(({ presence }) => presence !== 'gone').map(({ fingerprint }) => fingerprint)
      : null,
  };
}

function storedMetric({ name, head, headLow, headHigh }: MetricChange): [string, BaselineMetric][] {
  if (head === null || typeof headLow !== 'number' || typeof headHigh !== 'number') return [];
  return [[name, { value: head, low: headLow, high: headHigh }]];
}
