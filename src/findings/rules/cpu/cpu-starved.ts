// Other processes of the machine take the CPU that the main thread needs, without any quota: it is ready to run and waits.
import { type CpuWaits, waitedShareOf } from '../../../analysis/cpu/cpu-waits.ts';
import { isIdle } from '../../../analysis/work-done.ts';
import type { Evidence, Severity } from '../../../model/finding.ts';
import { formatDuration, formatShare } from '../../../units/units.ts';
import { isStarved, starvedSpans } from '../../cpu/starved.ts';
import type { Draft, Rule } from '../../rule.ts';
import { CPU_STARVED } from '../../thresholds/cpu.ts';
import { subjectOf } from '../../wording.ts';
import { cores } from '../../words/quota-words.ts';

export const cpuStarved: Rule = {
  kind: 'cpu-starved',
  judge({ cpuWaits, work, lookSeconds }) {
    if (cpuWaits === null)
      return { notApplicable: 'the time that its threads wait for a CPU could not be read' };
    if (cpuWaits.seconds < CPU_STARVED.leastSeconds)
      return { notApplicable: `its threads were watched for less than ${CPU_STARVED.leastSeconds} s` };
    // Whatever an idle process was ready for was work of culprit.
    return isStarved(cpuWaits) && !isIdle(work, lookSeconds) ? [describe(cpuWaits)] : [];
  },
};

function describe(waits: CpuWaits): Draft {
  const { waitedMillis, waitedShare, seconds, delayMillis } = waits;
  const shareOfTime = Math.min(1, waitedMillis / (seconds * 1_000));
  const { withDelay, withoutDelay } = CPU_STARVED.confidence;
  const late =
    delayMillis === undefined ? '' : `; its event loop is up to ${formatDuration(delayMillis)} late`;
  const starved = `${formatShare(waitedShare)} of the time that it is ready to run`;
  return {
    kind: 'cpu-starved',
    severity: severityOf(shareOfTime, delayMillis),
    confidence: delayMillis === undefined ? withoutDelay : withDelay,
    urgency: Math.min(
      CPU_STARVED.urgency.most,
      CPU_STARVED.urgency.from + CPU_STARVED.urgency.per * shareOfTime,
    ),
    title: `The main thread gets no CPU for ${starved}: other processes use it${late}`,
    subject: subjectOf('thread', 'main thread', null),
    impact: { metric: 'cpu-wait', value: shareOfTime, unit: 'share' },
    evidence: evidenceOf(waits),
    innocentExplanation:
      'A batch beside it that ends soon, or a benchmark that runs on the same machine as its server, looks the same.',
    advice: adviceFor(waits),
    caveats:
      delayMillis === undefined ? ['The event loop delay was not measured, so the effect is assumed.'] : [],
    asSymptom: `the main thread gets no CPU for ${starved}`,
    effect: 'cpu-wait',
    // The pauses of collections are told by the clock, and last as long as the CPU is missing.
    explains: ['gc'],
    references: [
      'https://docs.kernel.org/scheduler/sched-stats.html',
      'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
    ],
  };
}

function severityOf(shareOfTime: number, delayMillis = 0): Severity {
  const { critical } = CPU_STARVED;
  return shareOfTime >= critical.shareOfTime || delayMillis >= critical.delayMillis ? 'critical' : 'warning';
}

function evidenceOf(waits: CpuWaits): Evidence[] {
  const { ranMillis, waitedMillis, waitedShare, spans, machineStallShare, delayMillis } = waits;
  const starved = starvedSpans(waits);
  const worst = Math.max(...starved.map(waitedShareOf));
  return [
    {
      source: 'proc',
      statement: `the main thread ran for ${formatDuration(ranMillis)} and was ready for ${formatDuration(waitedMillis)} more while other processes used the CPU; time that is due to a quota or to the process's own threads is subtracted`,
      value: waitedShare,
      unit: 'share',
    },
    {
      source: 'proc',
      statement: `this was so in ${starved.length} of ${spans.length} intervals; in the worst one it waited for ${formatShare(worst)} of the time that it was ready`,
      value: starved.length,
      unit: 'count',
    },
    ...(machineStallShare === undefined
      ? []
      : [
          {
            source: 'proc',
            statement: `on the whole machine, at least one task waited for a CPU for ${formatShare(machineStallShare)} of the time`,
            value: machineStallShare,
            unit: 'share',
          },
        ]),
    ...(delayMillis === undefined
      ? []
      : [
          {
            source: 'event-loop',
            statement: `the event loop was up to ${formatDuration(delayMillis)} late (median of the longest delay in each interval)`,
            value: delayMillis,
            unit: 'ms',
          },
        ]),
  ];
}

function adviceFor({ ranMillis, waitedMillis, seconds }: CpuWaits): string[] {
  const [had, wanted] = [ranMillis, ranMillis + waitedMillis].map((millis) =>
    cores(Math.min(1, millis / (seconds * 1_000))),
  );
  return [
    `Reserve CPU for it with requests.cpu (docker and podman: --cpu-shares; systemd: CPUWeight=): the main thread had ${had} and would have used ${wanted} at most. The kernel shares a busy CPU by these weights, and a container without a request gets the least.`,
    'See who takes the CPU (top, or pidstat 1) and move it elsewhere, give it a lower weight, or give the machine more cores.',
  ];
}
