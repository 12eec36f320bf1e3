// A liveness probe that gives up while the event loop is merely busy: Kubernetes restarts a server that works.
import { formatDuration } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import { type ConfigurationRule, FIND_BLOCKS } from '../rule.ts';

/** A look of seconds does not meet the longest block: half of the time is close. */
const CLOSE = 0.5;

export const livenessTimeout: ConfigurationRule = {
  check: 'livenessProbe.timeoutSeconds',
  level: 4,
  judge({ settings, pod }) {
    if (!pod) return { unknown: 'needs the pod: --pod-spec' };
    if (!pod.liveness) return { ok: 'there is no liveness probe' };
    if (/^(tcp|exec) /.test(pod.liveness.asks)) return { ok: 'the probe does not wait for the event loop' };
    const delay = settings.inner.loopDelay;
    if (!delay) return { unknown: 'the delay of the event loop could not be measured' };
    const { timeoutSeconds, failureThreshold, periodSeconds } = pod.liveness;
    const timeoutMillis = timeoutSeconds * 1_000;
    if (delay.maxMillis < timeoutMillis * CLOSE)
      return {
        ok: `${timeoutSeconds} s; the event loop delay was at most ${formatDuration(delay.maxMillis)}`,
      };
    const isBeyond = delay.maxMillis >= timeoutMillis;
    const wanted = Math.max(5, Math.ceil((delay.maxMillis * 3) / 1_000));
    return {
      finding: {
        value: `${timeoutSeconds} s`,
        severity: 'warning',
        confidence: isBeyond ? 0.9 : 0.7,
        title: `The liveness probe gives up after ${timeoutSeconds} s, but the event loop was blocked for ${formatDuration(delay.maxMillis)}`,
        why: `after ${failureThreshold} late answers in a row (one every ${periodSeconds} s) Kubernetes restarts a server that is merely busy, which increases the load on the others`,
        evidence: [
          {
            source: 'event-loop',
            statement: `in ${formatDuration(delay.lookMillis)} the event loop delay was at most ${formatDuration(delay.maxMillis)}, p99 ${formatDuration(delay.p99Millis)}`,
          },
          {
            source: 'pod',
            statement: `livenessProbe ${pod.liveness.asks}, timeoutSeconds ${timeoutSeconds}`,
          },
        ],
        innocent: `The capture was short: ${failureThreshold} late answers in a row may be rare.`,
        advice: [
          `livenessProbe: { timeoutSeconds: ${wanted}, failureThreshold: ${Math.max(3, failureThreshold)} }`,
          FIND_BLOCKS,
        ],
        references: [LINKS.probes],
      },
    };
  },
};
