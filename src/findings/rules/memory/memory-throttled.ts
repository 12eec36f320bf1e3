// The kernel throttles the process because of its memory: its cgroup is above memory.high, and every task that allocates
// memory is put to sleep. No code is to blame for what is slow meanwhile.
import type { MemoryThrottling } from '../../../analysis/container/memory-throttling.ts';
import type { Evidence } from '../../../model/finding.ts';
import { formatBytes, formatNumber, formatShare } from '../../../units/units.ts';
import { isMemoryThrottled, stalledShareOf } from '../../cpu/starved.ts';
import type { Draft, Rule } from '../../rule.ts';
import { MEMORY_THROTTLED } from '../../thresholds/memory.ts';
import { onScale } from '../../thresholds/scale.ts';
import { subjectOf } from '../../wording.ts';

export const memoryThrottled: Rule = {
  kind: 'memory-throttled',
  judge({ memoryThrottling, observations: { passive } }) {
    if (passive.length === 0) return { notApplicable: 'its cgroup could not be read' };
    return isMemoryThrottled(memoryThrottling) ? [describe(memoryThrottling)] : [];
  },
};

function describe(throttling: MemoryThrottling): Draft {
  const { highBytes, usageBytes } = throttling;
  const share = stalledShareOf(throttling);
  const stalled = `for ${formatShare(share)} of the time`;
  return {
    kind: 'memory-throttled',
    severity: share >= MEMORY_THROTTLED.criticalShare ? 'critical' : 'warning',
    confidence: MEMORY_THROTTLED.confidence,
    urgency: onScale(MEMORY_THROTTLED.urgency, share),
    title: `The kernel throttles the process ${stalled} because of its memory: its cgroup uses ${formatBytes(usageBytes)}, and memory.high is ${formatBytes(highBytes)}`,
    subject: subjectOf('limit', 'memory.high', null),
    impact: {
      metric: 'memory-wait',
      value: share,
      unit: 'share',
      limit: `memory.high ${formatBytes(highBytes)}`,
    },
    evidence: evidenceOf(throttling),
    innocentExplanation:
      'Page cache counts as well: a cgroup that reads many files sits at this limit and reclaims the cache without harm. Here its tasks waited for memory.',
    advice: [
      'Raise memory.high (systemd: MemoryHigh=; Kubernetes derives it from the memory request and limit if the kubelet has MemoryQoS and a memoryThrottlingFactor), or remove it: memory.max still limits the cgroup.',
      'Or keep less in memory: set --max-old-space-size so that the heap and the memory outside it stay below memory.high.',
    ],
    caveats: [],
    asSymptom: `the kernel throttles the process ${stalled}, above memory.high ${formatBytes(highBytes)}`,
    effect: 'throttling',
    explains: ['gc', 'cpu', 'slower', 'waiting', 'throttling'],
    references: ['https://docs.kernel.org/admin-guide/cgroup-v2.html'],
  };
}

function evidenceOf({ stallShare, fullStallShare, held, stuckShare }: MemoryThrottling): Evidence[] {
  const evidence: Evidence[] = [];
  if (stallShare !== undefined)
    evidence.push({
      source: 'cgroup',
      statement: `some of its tasks waited for memory for ${formatShare(stallShare)} of the time${fullStallShare === undefined ? '' : `, all of them for ${formatShare(fullStallShare)}`} (memory.pressure)`,
      value: stallShare,
      unit: 'share',
    });
  if (held !== undefined)
    evidence.push({
      source: 'cgroup',
      statement: `the kernel throttled it ${held === 1 ? 'once' : `${formatNumber(held)} times`} during the capture (memory.events)`,
      value: held,
      unit: 'count',
    });
  if (stuckShare > 0)
    evidence.push({
      source: 'proc',
      statement: `in ${formatShare(stuckShare)} of the samples the main thread was in state D: asleep in the kernel, neither running nor ready to run`,
      value: stuckShare,
      unit: 'share',
    });
  return evidence;
}
