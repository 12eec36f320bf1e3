// Liveness checks the same as readiness and gives up no later: what should only take the pod out of service restarts the
// container.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const probesAlike: ConfigurationRule = {
  check: 'livenessProbe against readinessProbe',
  level: 4,
  judge({ pod }) {
    if (!pod) return { unknown: 'needs the pod: --pod-spec' };
    const { liveness, readiness } = pod;
    if (!liveness || !readiness) return { ok: 'the container does not have both probes' };
    const [dies, leaves] = [liveness, readiness].map((probe) => probe.failureThreshold * probe.periodSeconds);
    if (liveness.asks !== readiness.asks) return { ok: 'they check different things' };
    if (dies! > leaves!) return { ok: `liveness waits longer (${dies} s against ${leaves} s)` };
    return {
      finding: {
        value: liveness.asks,
        severity: 'warning',
        confidence: 0.85,
        title: `Liveness and readiness check the same thing (${liveness.asks}), and liveness gives up after ${dies} s, readiness after ${leaves} s`,
        why: 'when a dependency is down, all pods are restarted instead of being taken out of service until it is back',
        evidence: [
          {
            source: 'pod',
            statement: `both probes: ${liveness.asks}; failureThreshold x periodSeconds is ${dies} s for liveness, ${leaves} s for readiness`,
          },
        ],
        innocent: 'This does little harm if the path does not depend on another service.',
        advice: [
          'Point the liveness probe at a path that checks only the process itself, and give it more time:',
          `livenessProbe: { failureThreshold: ${Math.max(6, Math.ceil((leaves! * 2) / Math.max(1, liveness.periodSeconds)))} }`,
        ],
        references: [LINKS.probes],
      },
    };
  },
};
