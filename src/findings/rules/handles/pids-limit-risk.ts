// The container is close to the number of processes and threads it may have: then no child process, worker or thread of the
// pool can be started any more (EAGAIN), and programs often end because of it.
import type { Facts } from '../../../analysis/facts.ts';
import { formatNumber, formatShare, formatTimeLeft } from '../../../units/units.ts';
import { type Closeness, closenessOf, riseEvidence } from '../../count-limit.ts';
import type { Draft, Rule } from '../../rule.ts';
import { PIDS_LIMIT } from '../../thresholds/handles.ts';
import { subjectOf } from '../../wording.ts';

export const pidsLimitRisk: Rule = {
  kind: 'pids-limit-risk',
  judge(facts) {
    const { observations, pids } = facts;
    const limit = observations.passive.findLast(({ cgroup }) => cgroup)?.cgroup?.pidsLimit;
    // Most programs have no such limit, which is no gap in what was looked at.
    if (observations.passive.length === 0) return { notApplicable: 'no container was detected' };
    if (limit === undefined) return [];
    if (pids.points === 0)
      return { notApplicable: 'the processes and threads of the container could not be counted' };
    const close = closenessOf({ used: pids.last, limit }, pids, PIDS_LIMIT);
    return close ? [describe(limit, close, facts)] : [];
  },
};

function describe(limit: number, { share, left, severity, urgency }: Closeness, facts: Facts): Draft {
  const used = facts.pids.last;
  const time = left === undefined ? '' : `, reached ${formatTimeLeft(left)}`;
  return {
    kind: 'pids-limit-risk',
    severity,
    confidence: PIDS_LIMIT.confidence,
    urgency,
    title: `${formatNumber(used)} of the ${formatNumber(limit)} processes and threads that the container may have are in use (${formatShare(share)})${time}`,
    subject: subjectOf('limit', 'processes and threads', null),
    impact: {
      metric: 'processes',
      value: used,
      unit: 'count',
      share,
      exhaustionSeconds: left,
      limit: `${formatNumber(limit)} processes and threads (pids.max)`,
    },
    evidence: [
      { source: 'cgroup', statement: whoseTheyAre(facts, used), value: used, unit: 'count' },
      ...(left === undefined ? [] : [riseEvidence('cgroup', facts.pids)]),
    ],
    innocentExplanation:
      'A program that is meant to run many processes needs a higher limit; an idle Node.js process has about 11 threads.',
    advice: [
      'Find what starts them and does not end them, and bound how many run at a time.',
      'Or raise the limit: podPidsLimit of the kubelet, --pids-limit of docker and podman.',
    ],
    caveats: [],
    asSymptom: `${formatNumber(used)} of ${formatNumber(limit)} processes and threads of the container are in use${time}`,
    effect: 'processes',
    explains: [],
  };
}

function whoseTheyAre({ observations }: Facts, used: number): string {
  const { threads, children } = observations.passive.at(-1) ?? {};
  const own = threads === undefined ? '' : `${formatNumber(threads)} are threads of this process, `;
  const below =
    children === undefined
      ? ''
      : `it has ${formatNumber(children.length)} child ${children.length === 1 ? 'process' : 'processes'}, `;
  const rest = threads === undefined ? '' : `${formatNumber(Math.max(0, used - threads))} are others`;
  return `${own}${below}${rest}` || 'which processes they belong to is unknown';
}
