// SIGTERM arrives while the pod still receives requests: Kubernetes removes it from its Services at the same time, not
// before.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const preStop: ConfigurationRule = {
  check: 'lifecycle.preStop',
  level: 5,
  judge({ pod }) {
    if (!pod) return { unknown: 'needs the pod: --pod-spec' };
    if (pod.hasPreStop) return { ok: 'set' };
    if (!pod.readiness) return { ok: 'there is no readiness probe' };
    return {
      finding: {
        value: 'not set',
        severity: 'notice',
        confidence: 0.7,
        title: `Container ${pod.name} has no preStop hook: SIGTERM arrives while requests are still being sent to it`,
        why: 'endpoints are removed and SIGTERM is sent at the same time; until every proxy has been updated, new requests reach a closed port',
        evidence: [
          {
            source: 'pod',
            statement: `${pod.owner}, container ${pod.name}: readinessProbe is set, lifecycle.preStop is not`,
          },
        ],
        innocent: 'A SIGTERM handler that keeps serving for some seconds before it closes does the same.',
        advice: [
          'lifecycle: { preStop: { sleep: { seconds: 5 } } }   # before 1.30: exec: { command: [sleep, "5"] }',
        ],
        references: [LINKS.podTermination, LINKS.hooks],
      },
    };
  },
};
