// Files, DNS and some crypto wait for a thread of libuv's pool: four, unless set.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

const DEFAULT_SIZE = 4;

export const threadPoolSize: ConfigurationRule = {
  check: 'UV_THREADPOOL_SIZE',
  level: 5,
  judge({ settings: { inner, outer } }) {
    const given = Number(inner.env.UV_THREADPOOL_SIZE);
    const size = given > 0 ? Math.min(given, 1_024) : DEFAULT_SIZE;
    if (inner.poolRequests === undefined) return { unknown: 'the work of the pool could not be counted' };
    if (inner.poolRequests <= size)
      return { ok: `${size} threads, ${inner.poolRequests} operations at the same time` };
    const cores = outer.cpuQuotaCores ?? inner.cores;
    return {
      finding: {
        value: String(size),
        severity: 'notice',
        confidence: 0.7,
        title: `${inner.poolRequests} file or DNS operations share ${size} threads`,
        why: 'each waits until a thread is free: files and DNS lookups slow each other down',
        evidence: [
          {
            source: 'process',
            statement: `at both ends of the capture ${inner.poolRequests} or more operations were open; UV_THREADPOOL_SIZE is ${inner.env.UV_THREADPOOL_SIZE ?? `not set (${DEFAULT_SIZE})`}`,
          },
        ],
        innocent: 'Both samples may have coincided with bursts; crypto and zlib are not counted.',
        advice: [
          `env: [{ name: UV_THREADPOOL_SIZE, value: "${Math.max(16, size * 2)}" }]   # set before node starts${cores === undefined ? '' : `; it has ${cores} cores`}`,
          'Use `culprit diagnose` to measure which operations wait.',
        ],
        references: [LINKS.threadPool],
      },
    };
  },
};
