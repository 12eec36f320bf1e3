// A container without a memory limit can use up the memory of its node; one that requests less than its limit is evicted
// first.
import { formatBytes } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const memoryLimit: ConfigurationRule = {
  check: 'memory limit and request',
  level: 5,
  judge({ settings, pod }) {
    if (!pod) {
      const limit = settings.outer.memoryLimitBytes;
      return limit === undefined
        ? { unknown: 'needs the pod: --pod-spec' }
        : { ok: `limit ${formatBytes(limit)}` };
    }
    const { memoryLimitBytes: limit, memoryRequestBytes: request } = pod;
    // Kubernetes takes the limit for the request where none is given.
    if (limit !== undefined && (request === undefined || request === limit))
      return { ok: `${formatBytes(limit)}, request and limit` };
    const isMissing = limit === undefined;
    const size = formatBytes(limit ?? request ?? 0);
    return {
      finding: {
        value: isMissing ? 'no limit' : `request ${formatBytes(request!)}, limit ${size}`,
        severity: 'notice',
        confidence: 0.8,
        title: isMissing
          ? `Container ${pod.name} has no memory limit`
          : `Container ${pod.name} requests ${formatBytes(request!)} of memory and may take ${size}`,
        why: isMissing
          ? 'a leak uses up the memory of the whole node, and the kernel may kill any process there'
          : 'the node guarantees only the request: above it, this pod is among the first to be evicted or killed',
        evidence: [
          {
            source: 'pod',
            statement: `${pod.owner}: resources.limits.memory ${isMissing ? 'not set' : size}, requests.memory ${request === undefined ? 'not set' : formatBytes(request)}`,
          },
        ],
        innocent: 'Some clusters overcommit memory on purpose, or set limits by a LimitRange.',
        advice: [
          'resources: { requests: { memory: 512Mi }, limits: { memory: 512Mi } }   # what it needs, the same value twice',
        ],
        references: [LINKS.resources, LINKS.qualityOfService],
      },
    };
  },
};
