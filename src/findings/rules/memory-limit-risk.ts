// The heap is close to its limit, or the process to its container's: the next load peak ends it.
import type { Facts } from '../../analysis/facts.ts';
import { formatBytes, formatShare, formatTimeLeft } from '../../model/units.ts';
import { heapLimitOf } from '../limits.ts';
import type { Draft, Rule } from '../rule.ts';
import { secondsUntil, subjectOf } from '../wording.ts';

const CLOSE_HEAP = 0.8;
const CLOSE_CONTAINER = 0.9;
/** Growth without a known cause counts when the limit is this near. */
const SOON_SECONDS = 1_800;

export const memoryLimitRisk: Rule = {
  kind: 'memory-limit-risk',
  judge(facts) {
    const drafts = [judgeHeap(facts), judgeContainer(facts)].filter((draft) => draft !== null);
    const heapLimit = heapLimitOf(facts.observations);
    if (heapLimit === undefined && facts.observations.limits.memoryLimitBytes === undefined)
      return { notApplicable: 'no memory limit is known' };
    return drafts;
  },
};

function judgeHeap(facts: Facts): Draft | null {
  const limit = heapLimitOf(facts.observations);
  const floor = facts.heap.find(({ thread }) => thread === 0)?.floor;
  if (limit === undefined || !floor || floor.points === 0) return null;
  const left = floor.verdict === 'growing' ? secondsUntil(limit, floor) : undefined;
  return describe('the heap limit', floor.last, limit, left, CLOSE_HEAP, facts, [
    `Give it a larger heap if the machine has the memory: --max-old-space-size=${Math.ceil((floor.last * 2) / 2 ** 20 / 64) * 64} (MB).`,
    'Or keep less in memory: see what the live heap holds.',
  ]);
}

function judgeContainer(facts: Facts): Draft | null {
  const limit = facts.observations.limits.memoryLimitBytes;
  const { container } = facts.memory;
  if (limit === undefined || container.points === 0) return null;
  const left = container.verdict === 'growing' ? secondsUntil(limit, container) : undefined;
  return describe("the container's memory limit", container.last, limit, left, CLOSE_CONTAINER, facts, [
    `Raise the limit, or bound the heap below it: --max-old-space-size=${Math.floor((limit * 0.75) / 2 ** 20)} (MB) leaves room for buffers and native memory.`,
  ]);
}

function describe(
  what: string,
  used: number,
  limit: number,
  left: number | undefined,
  close: number,
  facts: Facts,
  advice: string[],
): Draft | null {
  const share = Math.min(1, used / limit);
  const isSoon = left !== undefined && left < SOON_SECONDS;
  if (share < close && !isSoon) return null;
  const gc =
    facts.gc && facts.gc.shareOfTime > 0.02
      ? `; garbage collection takes ${formatShare(facts.gc.shareOfTime)} of the time`
      : '';
  const time = left === undefined ? '' : `, met ${formatTimeLeft(left)}`;
  return {
    kind: 'memory-limit-risk',
    severity: share >= 0.95 || isSoon ? 'critical' : 'warning',
    confidence: 0.95,
    urgency: Math.min(0.97, 0.5 + Math.max(0, share - close) * 2.5),
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
        statement: `${formatBytes(used)} of ${formatBytes(limit)} ${what.includes('heap') ? 'is live after a full GC' : 'is resident'}${gc}`,
        value: share,
        unit: 'share',
      },
    ],
    innocentExplanation:
      'A live set of a known, fixed size just below the limit can be meant; then peaks still have no room.',
    advice,
    caveats: [],
    asSymptom: `${formatShare(share)} of ${what} in use${time}`,
    effect: 'heap',
    explains: ['gc', 'cpu'],
  };
}
