// Two limits that do not fit each other, and what the kernel has done about it: parts of the rule memory-limit-risk.
import type { Facts } from '../../analysis/facts.ts';
import { formatBytes, formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { HEAP_BOUND, OOM_KILLS } from '../thresholds/memory.ts';
import { onScale } from '../thresholds/scale.ts';
import { subjectOf } from '../wording.ts';
import { defaultHeapBytes } from './default-heap.ts';
import { adviseOnHeap } from './heap-settings.ts';

/** V8 may grow its heap until nothing is left in the container: the kernel then kills without a word. */
export function judgeHeapBound({ observations, heapRoom, memory, heap }: Facts): Draft | null {
  const { memoryLimitBytes, heapLimitBytes } = observations.limits;
  if (memoryLimitBytes === undefined || heapLimitBytes === undefined || heapRoom === null) return null;
  const { besideHeapBytes } = heapRoom;
  const over = heapLimitBytes + besideHeapBytes - memoryLimitBytes;
  const usedShare = memory.container.points === 0 ? 0 : memory.container.last / memoryLimitBytes;
  const isSet = heapLimitBytes > defaultHeapBytes(memoryLimitBytes) * HEAP_BOUND.aboveDefault;
  if (over <= 0 || (!isSet && usedShare < HEAP_BOUND.usedForDefault)) return null;
  const live = heap.find(({ thread }) => thread === 0)?.floor.last ?? 0;
  const limits = `${formatBytes(heapLimitBytes)} of heap and ${formatBytes(besideHeapBytes)} outside it`;
  return {
    kind: 'memory-limit-risk',
    severity: isSet && heapLimitBytes >= memoryLimitBytes ? 'warning' : 'notice',
    confidence: HEAP_BOUND.confidence,
    urgency: onScale(HEAP_BOUND.urgency, usedShare),
    title: `V8 may use ${formatBytes(heapLimitBytes)} of heap in a container of ${formatBytes(memoryLimitBytes)}: the kernel would kill it before V8 starts to collect more aggressively`,
    subject: subjectOf('limit', "the heap limit against the container's", null),
    impact: {
      metric: 'memory',
      value: Math.round(over),
      unit: 'bytes',
      share: Math.min(1, over / memoryLimitBytes),
      limit: `the container's memory limit ${formatBytes(memoryLimitBytes)}`,
    },
    evidence: [
      {
        source: 'memory',
        statement: `${limits} are ${formatBytes(over)} more than the container may use; at present ${formatShare(usedShare)} of its limit is in use and cannot be reclaimed`,
        value: over,
        unit: 'bytes',
      },
      {
        source: 'memory',
        statement: isSet
          ? 'the heap limit is a setting (--max-old-space-size or similar), not the default of Node.js'
          : "the heap limit is Node.js's own default: half of the container's limit, but never less than 256 MB",
      },
    ],
    innocentExplanation:
      'A heap that stays far below its limit does no harm. A leak or a load peak changes that.',
    advice: adviseOnHeap(memoryLimitBytes, besideHeapBytes, live),
    caveats: [],
    asSymptom: `the heap may outgrow the container by ${formatBytes(over)}`,
    effect: 'heap',
    explains: [],
    references: [
      'https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib',
      'https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib',
    ],
  };
}

/** The kernel ended a process of the container; this one is still here, so it was a child or a neighbour. */
export function judgeOomKills({ observations, oomKills }: Facts): Draft | null {
  const limit = observations.limits.memoryLimitBytes;
  if (limit === undefined || oomKills === null) return null;
  const count = oomKills.before + oomKills.during;
  if (count === 0) return null;
  const isNow = oomKills.during > 0;
  const when = isNow ? 'during the capture' : 'since it started';
  const killed = isNow ? oomKills.during : count;
  return {
    kind: 'memory-limit-risk',
    severity: isNow ? 'critical' : 'warning',
    confidence: OOM_KILLS.confidence,
    urgency: isNow ? OOM_KILLS.urgency.now : OOM_KILLS.urgency.before,
    title: `The kernel killed ${killed === 1 ? 'a process' : `${killed} processes`} of this container because it ran out of memory ${when}; this process survived`,
    subject: subjectOf('limit', 'OOM kills', null),
    impact: {
      metric: 'memory',
      value: killed,
      unit: 'count',
      limit: `the container's memory limit ${formatBytes(limit)}`,
    },
    evidence: [
      {
        source: 'cgroup',
        statement: `OOM kill count: ${count} (at the start of the capture: ${oomKills.before})`,
        value: count,
        unit: 'count',
      },
    ],
    innocentExplanation:
      'The killed process may have been a one-off task (a build, a dump) that was run by hand.',
    advice: [
      'See which process ends: child processes and other programs of the container count against the same limit (dmesg on the node names the one that was killed).',
      'Give such work a container of its own, bound it, or raise the limit.',
    ],
    caveats: [],
    asSymptom: `${killed} OOM kills ${when}`,
    effect: 'native',
    explains: [],
  };
}
