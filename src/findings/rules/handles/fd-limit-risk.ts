// The process is close to the number of descriptors it may have; then it can neither accept nor open anything.
import type { Facts } from '../../../analysis/facts.ts';
import { formatNumber, formatShare, formatTimeLeft } from '../../../units/units.ts';
import type { Rule } from '../../rule.ts';
import { perSecond, secondsUntil, subjectOf } from '../../wording.ts';

const CLOSE = 0.8;
/** Growth counts when the limit is this near: whoever knows its cause says so instead. */
const SOON_SECONDS = 1_800;
/** A rise far below the limit is often load that rises and ends. */
const LEAST_SHARE = 0.25;

export const fdLimitRisk: Rule = {
  kind: 'fd-limit-risk',
  judge(facts) {
    const limit = facts.observations.limits.fdSoftLimit;
    const used = facts.observations.passive.at(-1)?.fdCount;
    if (limit === undefined || used === undefined)
      return { notApplicable: 'the descriptors or their limit could not be read' };
    const share = Math.min(1, used / limit);
    const { fdTotal } = facts;
    const left = fdTotal.verdict === 'growing' ? secondsUntil(limit, fdTotal) : undefined;
    const isSoon = left !== undefined && left < SOON_SECONDS && share >= LEAST_SHARE;
    if (share < CLOSE && !isSoon) return [];
    const time = isSoon ? `, met ${formatTimeLeft(left)}` : '';
    const { groups, text } = mostOfThem(facts);
    return [
      {
        kind: 'fd-limit-risk',
        severity: share >= 0.95 || isSoon ? 'critical' : 'warning',
        confidence: 0.97,
        urgency: Math.min(0.95, 0.4 + Math.max(0, share - CLOSE) * 2.5 + (isSoon ? 0.25 : 0)),
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
          { source: 'proc', statement: `open descriptors by sort: ${groups}`, value: used, unit: 'count' },
          ...(isSoon
            ? [
                {
                  source: 'proc',
                  statement: `they become ${perSecond(fdTotal.slopePerSecond)} more`,
                  value: fdTotal.slopePerSecond,
                  unit: 'per second',
                },
              ]
            : []),
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
      },
    ];
  },
};

function mostOfThem({ observations }: Facts): { groups: string; text: string } {
  const groups = (observations.passive.at(-1)?.fds ?? []).toSorted((a, b) => b.count - a.count).slice(0, 4);
  const first = groups[0];
  return {
    groups: groups.map(({ pattern, count }) => `${pattern} ${count}`).join(', ') || 'unknown',
    text: first ? `, most of them ${first.pattern}` : '',
  };
}
