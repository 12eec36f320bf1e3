// The process is close to the number of descriptors it may have; then it can neither accept nor open anything.
import type { Facts } from '../../../analysis/facts.ts';
import { formatNumber, formatShare, formatTimeLeft } from '../../../units/units.ts';
import { type Closeness, closenessOf, riseEvidence } from '../../count-limit.ts';
import type { Draft, Rule } from '../../rule.ts';
import { FD_LIMIT } from '../../thresholds/handles.ts';
import { subjectOf } from '../../wording.ts';

export const fdLimitRisk: Rule = {
  kind: 'fd-limit-risk',
  judge(facts) {
    const limit = facts.observations.limits.fdSoftLimit;
    const used = facts.observations.passive.at(-1)?.fdCount;
    if (limit === undefined || used === undefined)
      return { notApplicable: 'the descriptors or their limit could not be read' };
    const close = closenessOf({ used, limit }, facts.fdTotal, FD_LIMIT);
    return close ? [describe(used, limit, { close, facts })] : [];
  },
};

function describe(used: number, limit: number, { close, facts }: { close: Closeness; facts: Facts }): Draft {
  const { share, left, isSoon, severity, urgency } = close;
  const time = isSoon ? `, reached ${formatTimeLeft(left ?? 0)}` : '';
  const { groups, text } = mostOfThem(facts);
  return {
    kind: 'fd-limit-risk',
    severity,
    confidence: FD_LIMIT.confidence,
    urgency,
    title: `${formatNumber(used)} of ${formatNumber(limit)} file descriptors are in use (${formatShare(share)})${time}${text}`,
    subject: subjectOf('limit', 'file descriptors', null),
    impact: {
      metric: 'fds',
      value: used,
      unit: 'count',
      share,
      exhaustionSeconds: isSoon ? left : undefined,
      limit: `${formatNumber(limit)} file descriptors (soft limit)`,
    },
    evidence: [
      { source: 'proc', statement: `open descriptors by type: ${groups}`, value: used, unit: 'count' },
      ...(isSoon ? [riseEvidence('proc', facts.fdTotal)] : []),
    ],
    innocentExplanation:
      'A process that is meant to hold many connections needs a higher limit, not fewer descriptors.',
    advice: [
      'Raise the limit (LimitNOFILE= in systemd, --ulimit nofile= for containers, ulimit -n), or hold fewer at once.',
    ],
    caveats: [],
    asSymptom: `${formatNumber(used)} of ${formatNumber(limit)} file descriptors are in use${time}`,
    effect: 'fds',
    explains: [],
  };
}

function mostOfThem({ observations }: Facts): { groups: string; text: string } {
  const groups = (observations.passive.at(-1)?.fds ?? []).toSorted((a, b) => b.count - a.count).slice(0, 4);
  const first = groups[0];
  return {
    groups: groups.map(({ pattern, count }) => `${pattern} ${count}`).join(', ') || 'unknown',
    text: first ? `, most of them ${first.pattern}` : '',
  };
}
