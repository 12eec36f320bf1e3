// Without a readiness probe a pod gets requests before it can answer them.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const readiness: ConfigurationRule = {
  check: 'readinessProbe',
  level: 4,
  judge({ settings, pod }) {
    if (!pod) return { unknown: 'needs the pod: --pod-spec' };
    if (pod.readiness) return { ok: pod.readiness.asks };
    const server = settings.inner.servers.find(({ port }) => port !== undefined);
    if (!server) return { unknown: 'no server was found that listens' };
    return {
      finding: {
        value: 'not set',
        severity: 'warning',
        confidence: 0.9,
        title: `Container ${pod.name} listens on :${server.port} and has no readiness probe`,
        why: 'requests arrive as soon as the container runs, before the server listens, and continue while it cannot answer: errors at every deployment',
        evidence: [{ source: 'pod', statement: `${pod.owner}, container ${pod.name}: no readinessProbe` }],
        innocent: 'A pod that no Service sends requests to needs none.',
        advice: [
          `readinessProbe: { httpGet: { path: /ready, port: ${server.port} }, periodSeconds: 5, timeoutSeconds: 2 }`,
        ],
        references: [LINKS.probes],
      },
    };
  },
};
