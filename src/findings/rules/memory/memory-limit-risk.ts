// The heap is close to its limit, or the container to its own: the next load peak ends the process. Or the two limits do not
// fit each other, so that the kernel kills the process before V8 collects more aggressively. Page cache can be reclaimed and
// does not count.
import type { Facts } from '../../../analysis/facts.ts';
import type { Trend } from '../../../analysis/statistics/trend.ts';
import type { Evidence } from '../../../model/finding.ts';
import { formatBytes, formatShare, formatTimeLeft } from '../../../units/units.ts';
import { heapLimitOf } from '../../limits.ts';
import { mayComeToAnEnd } from '../../memory/heap-cause.ts';
import { adviseOnFullHeap, adviseOnHeap } from '../../memory/heap-settings.ts';
import { judgeHeapBound, judgeOomKills } from '../../memory/memory-limits.ts';
import type { Draft, Rule } from '../../rule.ts';
import { MEMORY_LIMIT } from '../../thresholds/memory.ts';
import { onScale } from '../../thresholds/scale.ts';
import { secondsUntil, subjectOf } from '../../wording.ts';

export const memoryLimitRisk: Rule = {
  kind: 'memory-limit-risk',
  judge(facts) {
    const { limits } = facts.observations;
    if (heapLimitOf(facts.observations) === undefined && limits.memoryLimitBytes === undefined)
      return { notApplicable: 'no memory limit is known' };
    const container = judgeContainer(facts);
    // A container that is nearly full says so itself, with the setting that keeps the heap below it.
    const bound = container ? null : judgeHeapBound(facts);
    return [judgeHeap(facts), container, bound, judgeOomKills(facts)].filter((draft) => draft !== null);
  },
};

function judgeHeap(facts: Facts): Draft | null {
  const limit = heapLimitOf(facts.observations);
  const floor = facts.heap.find(({ thread }) => thread === 0)?.floor;
  if (limit === undefined || !floor || floor.points === 0) return null;
  const isThrashing =
    (facts.gc?.shareOfTime ?? 0) >= MEMORY_LIMIT.thrashingGcShare &&
    (facts.gc?.majorCount ?? 0) >= MEMORY_LIMIT.thrashingCollections;
  return describe(facts, {
    what: 'the heap limit',
    isHeap: true,
    limit,
    trend: floor,
    close: isThrashing ? MEMORY_LIMIT.closeThrashing : MEMORY_LIMIT.closeHeap,
    evidence: [],
    advice: adviseOnSmallHeap(facts, floor.last, limit),
  });
}

function adviseOnSmallHeap({ heapRoom, observations }: Facts, live: number, limit: number): string[] {
  const besideHeapBytes = heapRoom?.besideHeapBytes;
  const room = { limitBytes: observations.limits.memoryLimitBytes, besideHeapBytes };
  return [...adviseOnFullHeap(limit, live, room), 'Or keep less in memory: see what the live heap holds.'];
}

function judgeContainer(facts: Facts): Draft | null {
  const limit = facts.observations.limits.memoryLimitBytes;
  const { container } = facts.memory;
  if (limit === undefined || container.points === 0) return null;
  const live = facts.heap.find(({ thread }) => thread === 0)?.floor.last ?? 0;
  const beside = facts.heapRoom?.besideHeapBytes;
  return describe(facts, {
    what: "the container's memory limit",
    isHeap: false,
    limit,
    trend: container,
    close: MEMORY_LIMIT.closeContainer,
    evidence: [...heapEvidence(facts, live), ...stallEvidence(facts)],
    advice: [
      ...adviseOnFiles(facts, limit),
      ...(beside === undefined
        ? ['Raise the limit, or keep less in memory.']
        : adviseOnHeap(limit, beside, live)),
    ],
  });
}

function heapEvidence({ heapRoom }: Facts, live: number): Evidence[] {
  if (!heapRoom) return [];
  const { heapTotalBytes, besideHeapBytes } = heapRoom;
  return [
    {
      source: 'memory',
      statement: `of it ${formatBytes(heapTotalBytes)} is V8's heap (${formatBytes(live)} live), ${formatBytes(besideHeapBytes)} is outside it: buffers, code, stacks, sockets, kernel, other processes; page cache is not counted`,
    },
  ];
}

function stallEvidence({ memoryStallShare: stall }: Facts): Evidence[] {
  if (stall === null || stall < MEMORY_LIMIT.feltStall) return [];
  return [
    {
      source: 'cgroup',
      statement: `for ${formatShare(stall)} of the time nothing in the container could run: all of it waited for memory`,
      value: stall,
      unit: 'share',
    },
  ];
}

/** Files in memory are no heap: no setting of V8 gives them back. */
function adviseOnFiles({ observations }: Facts, limit: number): string[] {
  const bytes = observations.passive.findLast(({ cgroup }) => cgroup)?.cgroup?.memorySharedBytes ?? 0;
  if (bytes < limit * MEMORY_LIMIT.manyFilesShare) return [];
  return [
    `${formatBytes(bytes)} of it are files in memory (/dev/shm, tmpfs, emptyDir with medium: Memory): delete files that are no longer needed, write to a disk, or bound them (sizeLimit, --shm-size).`,
  ];
}

interface Limited {
  what: string;
  isHeap: boolean;
  limit: number;
  trend: Trend;
  close: number;
  evidence: Evidence[];
  advice: string[];
}

function describe(
  facts: Facts,
  { what, isHeap, limit, trend, close, evidence, advice }: Limited,
): Draft | null {
  const used = trend.last;
  const left = trend.verdict === 'growing' ? secondsUntil(limit, trend) : undefined;
  const share = Math.min(1, used / limit);
  const isLarge =
    isHeap || (share >= MEMORY_LIMIT.leastShare && used - trend.first >= MEMORY_LIMIT.leastRiseBytes);
  const isSoon = left !== undefined && left < MEMORY_LIMIT.soonSeconds && isLarge && !mayComeToAnEnd(facts);
  if (share < close && !isSoon) return null;
  const gc =
    facts.gc && facts.gc.shareOfTime > MEMORY_LIMIT.leastGcShare
      ? `; garbage collection takes ${formatShare(facts.gc.shareOfTime)} of the time`
      : '';
  const time = left === undefined ? '' : `, reached ${formatTimeLeft(left)}`;
  return {
    kind: 'memory-limit-risk',
    severity: share >= MEMORY_LIMIT.criticalShare || isSoon ? 'critical' : 'warning',
    confidence: MEMORY_LIMIT.confidence,
    urgency: onScale(MEMORY_LIMIT.urgency, Math.max(0, share - close)),
    title: `${formatBytes(used)} of ${what} ${formatBytes(limit)} is in use (${formatShare(share)})${time}`,
    subject: subjectOf('limit', what, null),
    impact: {
      metric: 'memory',
      value: Math.round(used),
      unit: 'bytes',
      share,
      exhaustionSeconds: left,
      limit: `${what} ${formatBytes(limit)}`,
    },
    evidence: [
      {
        source: 'memory',
        statement: `${formatBytes(used)} of ${formatBytes(limit)} ${isHeap ? 'is live after a full GC' : 'cannot be reclaimed'}${gc}`,
        value: share,
        unit: 'share',
      },
      ...evidence,
    ],
    innocentExplanation:
      'A live set of a known, fixed size just below the limit can be intended. Peaks still have no room.',
    advice,
    caveats: [],
    asSymptom: `${formatShare(share)} of ${what} in use${time}`,
    effect: 'heap',
    explains: ['gc', 'cpu'],
  };
}
