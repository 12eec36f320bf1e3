// A shutdown that takes longer than Kubernetes waits ends with SIGKILL. Only a drill can tell.
import { GRACE_PERIOD_SECONDS } from '../../model/settings/pod.ts';
import { formatDuration } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const gracePeriod: ConfigurationRule = {
  check: 'terminationGracePeriodSeconds',
  level: 4,
  judge({ settings: { drill }, pod }) {
    if (!drill) return { unknown: 'not measured: --drill' };
    const seconds = pod?.gracePeriodSeconds ?? GRACE_PERIOD_SECONDS;
    const { tookMillis, waitedMillis } = drill;
    if (tookMillis !== undefined && tookMillis <= seconds * 1_000)
      return { ok: `${seconds} s; the ${drill.of} ended ${formatDuration(tookMillis)} after SIGTERM` };
    if (tookMillis === undefined && waitedMillis < seconds * 1_000)
      return {
        unknown: `the ${drill.of} had not ended after ${formatDuration(waitedMillis)}, and the drill stopped waiting`,
      };
    const took =
      tookMillis === undefined ? `more than ${formatDuration(waitedMillis)}` : formatDuration(tookMillis);
    return {
      finding: {
        value: took,
        severity: 'warning',
        confidence: 0.9,
        title: `The shutdown takes ${took}, but Kubernetes kills after ${seconds} s`,
        why: 'SIGKILL cuts off what the shutdown still waits for: requests, writes, locks',
        evidence: [{ source: 'drill', statement: `SIGTERM sent to a ${drill.of}: it took ${took}` }],
        innocent: 'A copy without load may take more or less time to end than one with open connections.',
        advice: [
          `terminationGracePeriodSeconds: ${Math.max(seconds * 2, Math.ceil((tookMillis ?? waitedMillis) / 1_000) + 10)}`,
          'Close idle connections at once (server.closeIdleConnections()), and bound the wait for the rest.',
        ],
        caveats: pod
          ? []
          : [`No pod spec was given: ${GRACE_PERIOD_SECONDS} s is the default of Kubernetes.`],
        references: [LINKS.podTermination],
      },
    };
  },
};
