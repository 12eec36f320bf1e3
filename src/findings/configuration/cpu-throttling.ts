// A CPU limit that stops the process for the rest of each period: latency that no code explains.
import { formatCount, formatShare } from '../../model/units.ts';
import { LINKS } from './links.ts';
import type { ConfigurationRule } from './rule.ts';

const LEAST_PERIODS = 5;
const FELT = 0.05;
const HARD = 0.25;

export const cpuThrottling: ConfigurationRule = {
  check: 'CPU limit',
  level: 4,
  judge({ settings: { outer } }) {
    const quota = outer.cpuQuotaCores;
    const seen = outer.throttling;
    if (quota === undefined) return { ok: 'no limit is seen' };
    if (!seen || seen.periods < LEAST_PERIODS)
      return { unknown: `${formatCount(quota, 'core')}; too few periods were counted` };
    const share = seen.throttledPeriods / seen.periods;
    if (share < FELT)
      return { ok: `${formatCount(quota, 'core')}, throttled in ${formatShare(share)} of the periods` };
    return {
      finding: {
        value: formatCount(quota, 'core'),
        severity: share >= HARD ? 'warning' : 'notice',
        confidence: 0.85,
        title: `The CPU limit of ${formatCount(quota, 'core')} stopped the process in ${formatShare(share)} of the periods`,
        why: 'until the next period (100 ms) nothing runs: no request, no probe, no garbage collection',
        evidence: [
          {
            source: 'cgroup',
            statement: `throttled in ${seen.throttledPeriods} of ${seen.periods} periods of the look`,
          },
        ],
        innocent: 'The look was short: it may have met a burst.',
        advice: [
          'resources: { requests: { cpu: "1" } }   # with a higher limit, or none',
          'Find what burns CPU with `culprit diagnose`.',
        ],
        references: [LINKS.resources],
      },
    };
  },
};
