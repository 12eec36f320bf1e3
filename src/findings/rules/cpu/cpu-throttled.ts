// A CPU quota stops the whole process in the middle of its work: the loop is slow because of the quota. Two cases are
// distinguished: a quota too small for the load, and a burst of threads that uses up a period's share at once, after which
// all of them stop.

import type { Throttling } from '../../../analysis/container/throttling.ts';
import { groupByBlame, type Responsibility } from '../../../analysis/cpu/cpu.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { Evidence, Severity } from '../../../model/finding.ts';
import { formatCount, formatDuration, formatShare } from '../../../units/units.ts';
import type { Draft, Rule } from '../../rule.ts';
import { CPU_THROTTLED } from '../../thresholds/cpu.ts';
import { place, subjectOf } from '../../wording.ts';
import { adviseOnQuota, cores, crowdOf } from '../../words/quota-words.ts';

export const cpuThrottled: Rule = {
  kind: 'cpu-throttled',
  judge(facts) {
    const { throttling, observations } = facts;
    if (observations.passive.length === 0) return { notApplicable: 'no container was detected' };
    if (!throttling) {
      return (observations.target.container?.cpuQuotaCores ?? null) === null
        ? []
        : {
            notApplicable:
              'fewer than 5 s of CPU quota data remained after excluding the seconds in which culprit itself used much of the quota',
          };
    }
    return isFelt(throttling) ? [describe(throttling, facts)] : [];
  },
};

function isFelt({
  throttledPeriods,
  shareOfPeriods,
  stoppedShare,
  delayMillis,
  calmDelayMillis,
}: Throttling): boolean {
  const isOften =
    throttledPeriods >= CPU_THROTTLED.leastPeriods &&
    shareOfPeriods >= CPU_THROTTLED.leastShareOfPeriods &&
    stoppedShare >= CPU_THROTTLED.leastStoppedShare;
  if (!isOften || delayMillis === undefined) return isOften;
  return (
    delayMillis >= CPU_THROTTLED.leastDelayMillis &&
    delayMillis >= (calmDelayMillis ?? 0) * CPU_THROTTLED.leastDifference
  );
}

function describe(throttling: Throttling, facts: Facts): Draft {
  const { quotaCores, throttledPeriods, periods, shareOfPeriods, stoppedShare, stopMillis, delayMillis } =
    throttling;
  const { withDelay, withoutDelay } = CPU_THROTTLED.confidence;
  const eater = eaterOf(facts);
  const crowd = crowdOf(throttling, facts);
  const late =
    delayMillis === undefined ? '' : `; its event loop is up to ${formatDuration(delayMillis)} late`;
  return {
    kind: 'cpu-throttled',
    severity: severityOf(throttling),
    confidence: delayMillis === undefined ? withoutDelay : withDelay,
    urgency: urgencyOf(throttling),
    title: `The CPU quota of ${cores(quotaCores)} stops the process in ${formatShare(shareOfPeriods)} of all periods, for ${formatDuration(stopMillis)} each${late}`,
    subject: subjectOf('limit', 'CPU quota', null),
    impact: {
      metric: 'throttling',
      value: stoppedShare,
      unit: 'share',
      limit: `CPU quota ${cores(quotaCores)}`,
    },
    evidence: [
      {
        source: 'cgroup',
        statement: `stopped in ${throttledPeriods} of ${formatCount(periods, 'period')} of ${formatDuration(throttling.periodMillis)}: the whole container was stopped for ${formatShare(stoppedShare)} of the time`,
        value: stoppedShare,
        unit: 'share',
      },
      ...usageEvidence(throttling),
      ...delayEvidence(throttling, facts),
      ...eaterEvidence(eater),
    ],
    innocentExplanation:
      'A batch job that has time tolerates throttling. Where a client waits for an answer, each stop adds to the response time.',
    advice: adviseOnQuota(throttling, crowd, eater && { at: eater.at, part: eater.part }),
    caveats:
      delayMillis === undefined ? ['The event loop delay was not measured, so the effect is assumed.'] : [],
    asSymptom: `the CPU quota of ${cores(quotaCores)} stops the process in ${formatShare(shareOfPeriods)} of all periods`,
    effect: 'throttling',
    // With a core and more the main thread is not held up by the quota alone.
    explains: quotaCores < 1 ? ['cpu'] : [],
    references: [
      'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
      'https://docs.kernel.org/scheduler/sched-bwc.html',
    ],
  };
}

function severityOf({ stoppedShare, shareOfPeriods, delayMillis = 0 }: Throttling): Severity {
  const { critical, warningShareOfPeriods } = CPU_THROTTLED;
  if (stoppedShare >= critical.stoppedShare || delayMillis >= critical.delayMillis) return 'critical';
  return shareOfPeriods >= warningShareOfPeriods ? 'warning' : 'notice';
}

function urgencyOf({ stoppedShare, shareOfPeriods }: Throttling): number {
  const { from, perShareOfPeriods, perStoppedShare, most } = CPU_THROTTLED.urgency;
  const often = perShareOfPeriods * Math.min(1, shareOfPeriods);
  return Math.min(most, from + often + perStoppedShare * stoppedShare);
}

function usageEvidence({ groupCores, processCores, quotaCores, threads }: Throttling): Evidence[] {
  const used = groupCores ?? processCores;
  if (used === undefined) return [];
  const whose = groupCores === undefined ? 'the process used' : 'its group used';
  const parts = threads
    ? `: ${cores(threads.main)} on the main thread, ${cores(threads.helpers)} on V8's helper threads (collecting garbage, compiling), ${cores(threads.pool + threads.other)} on other threads of the process`
    : '';
  return [
    {
      source: 'cgroup',
      statement: `${whose} ${cores(used)} of CPU, ${formatShare(used / quotaCores)} of the quota${parts}`,
      value: used,
      unit: 'cores',
    },
  ];
}

function delayEvidence({ delayMillis, calmDelayMillis }: Throttling, { blocks }: Facts): Evidence[] {
  if (delayMillis === undefined) return [];
  const calm =
    calmDelayMillis === undefined ? '' : `, ${formatDuration(calmDelayMillis)} in seconds without throttling`;
  const main = blocks.find(({ thread }) => thread === 0);
  const isCalm = main !== undefined && main.groups.length === 0;
  const code = isCalm
    ? '; no callback ran for long meanwhile, so application code is not blocking the loop'
    : '';
  return [
    {
      source: 'event-loop',
      statement: `in seconds with throttling the event loop was up to ${formatDuration(delayMillis)} late (median of the longest delay in each second)${calm}${code}`,
      value: delayMillis,
      unit: 'ms',
    },
  ];
}

interface Eater {
  at: string;
  /** Of the busy time of the main thread. */
  part: number;
}

/** The code that uses most of what the quota gives. */
function eaterOf({ cpu }: Facts): Eater | null {
  const main = cpu.find(({ thread }) => thread === 0);
  const top: Responsibility | undefined = main && groupByBlame(main.hotspots)[0];
  if (!main || !top?.top.blame.subject) return null;
  const part = Math.min(1, top.selfMicros / Math.max(1, main.busyMicros));
  return part < CPU_THROTTLED.largePart ? null : { at: place(top.top.blame.subject), part };
}

function eaterEvidence(eater: Eater | null): Evidence[] {
  return eater === null
    ? []
    : [
        {
          source: 'cpu-profile',
          statement: `${formatShare(eater.part)} of the busy time of the main thread is spent in ${eater.at}`,
          value: eater.part,
          unit: 'share',
        },
      ];
}
