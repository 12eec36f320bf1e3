// A CPU limit that stops the process for the rest of each period: latency that no code explains.
import { formatCount, formatShare } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import type { AuditFacts, ConfigurationRule, Judged } from '../rule.ts';

const LEAST_PERIODS = 5;
const FELT = 0.05;
const HARD = 0.25;
/** Of a limit, measured without it: above, bursts of requests already meet it. */
const CLOSE_TO_LIMIT = 0.9;
/** A quota that is about the spec's is the spec's: the process runs in that pod. */
const SAME_LIMIT = 1.02;

const cores = (count: number) => formatCount(count, 'core');

export const cpuThrottling: ConfigurationRule = {
  check: 'CPU limit',
  level: 4,
  judge(facts) {
    const { outer } = facts.settings;
    const { cpuQuotaCores: quota, throttling: seen } = outer;
    const promised = facts.pod?.cpuLimitCores;
    const isElsewhere = promised !== undefined && (quota === undefined || quota > promised * SAME_LIMIT);
    if (isElsewhere) return judgeAgainstSpec(facts, promised);
    if (quota === undefined)
      return outer.uid === undefined
        ? {
            unknown: facts.pod
              ? 'the pod spec sets none; its cgroup is out of reach'
              : 'its cgroup is out of reach',
          }
        : { ok: facts.pod ? 'none was found, and the pod spec sets none' : 'no limit was found' };
    if (!seen || seen.periods < LEAST_PERIODS)
      return { unknown: `${cores(quota)}; too few periods were counted` };
    const share = seen.throttledPeriods / seen.periods;
    if (share < FELT) return { ok: `${cores(quota)}, throttled in ${formatShare(share)} of the periods` };
    return {
      finding: {
        value: cores(quota),
        severity: share >= HARD ? 'warning' : 'notice',
        confidence: 0.85,
        title: `The CPU limit of ${cores(quota)} stopped the process in ${formatShare(share)} of the periods`,
        why: 'until the next 100 ms period nothing runs: no request, no probe, no garbage collection',
        evidence: [
          {
            source: 'cgroup',
            statement: `throttled in ${seen.throttledPeriods} of ${seen.periods} periods of the capture`,
          },
        ],
        innocent: 'The capture was short: it may have coincided with a burst.',
        advice: ADVICE,
        references: [LINKS.resources],
      },
    };
  },
};

const ADVICE = [
  'resources: { requests: { cpu: "1" } }   # with a higher limit, or none',
  'Use `culprit diagnose` to find what uses the CPU.',
];

/** The process does not run under the spec's limit: only what it used without it can be held against that. */
function judgeAgainstSpec({ settings: { outer }, pod }: AuditFacts, limit: number): Judged {
  const used = outer.cpuUsedCores;
  const where = `${cores(limit)} in the pod spec; this process is not running under it`;
  if (used === undefined) return { unknown: `${where}, and its use of CPU could not be read` };
  if (used < limit * CLOSE_TO_LIMIT) return { unknown: `${where}, and used ${cores(used)} in the capture` };
  return {
    finding: {
      value: cores(limit),
      severity: used >= limit ? 'warning' : 'notice',
      confidence: 0.75,
      title: `The pod spec allows ${cores(limit)}, but the process used ${cores(used)} in the capture`,
      why: 'above the limit the kernel stops the process until the next 100 ms period: no request, probe or garbage collection runs',
      evidence: [
        {
          source: 'pod',
          statement: `${pod!.owner}, container ${pod!.name}: resources.limits.cpu is ${cores(limit)}`,
        },
        { source: 'proc', statement: `user and system time in the capture: ${cores(used)}` },
      ],
      innocent: 'The capture was short, and the process may do different work in that pod.',
      advice: ADVICE,
      references: [LINKS.resources],
    },
  };
}
