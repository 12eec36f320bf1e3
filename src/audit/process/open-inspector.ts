// An inspector that others can reach: whoever connects runs code in the process.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

const isLoopback = (host: string) =>
  host.startsWith('127.') || host === '[::1]' || host === '::1' || host === 'localhost';

export const openInspector: ConfigurationRule = {
  check: 'inspector',
  level: 2,
  judge({ settings }) {
    const host = settings.inner.inspectorHost;
    if (host === undefined) return { ok: 'closed, until culprit opened it' };
    if (isLoopback(host)) return { ok: `open on ${host} only` };
    return {
      finding: {
        value: host,
        severity: 'critical',
        confidence: 0.95,
        title: `The inspector listens on ${host}: anyone who can reach it can run code in this process`,
        why: 'the inspector needs no password: a client can read every secret in memory and run any code',
        evidence: [{ source: 'process', statement: `inspector.url() names ${host}` }],
        innocent: 'A network policy may block all other clients.',
        advice: [
          'node --inspect=127.0.0.1:9229   # and a port forward; or no --inspect: SIGUSR1 opens it when needed',
        ],
        references: [LINKS.inspector],
      },
    };
  },
};
