// A request may take an unlimited time to arrive: the default of Node 18 and later is 300 s, before that there was none.
import { LINKS } from '../links.ts';
import { type ConfigurationRule, listed, nodeMajor, serverName, valuesByServer } from '../rule.ts';

export const requestTimeout: ConfigurationRule = {
  check: 'server.requestTimeout',
  level: 3,
  judge(facts) {
    const known = facts.settings.inner.servers.filter(({ requestMillis }) => requestMillis !== undefined);
    if (known.length === 0) return { unknown: 'no HTTP server was found that listens' };
    const off = known.filter(({ requestMillis }) => requestMillis === 0);
    if (off.length === 0) return { ok: valuesByServer(known, ({ requestMillis = 0 }) => requestMillis) };
    const names = listed(off.map(serverName));
    const isDefault = (nodeMajor(facts) ?? 18) < 18;
    return {
      finding: {
        value: '0 (none)',
        severity: 'warning',
        confidence: 0.85,
        title: `A request may take an unlimited time to arrive: requestTimeout is 0 (${names})`,
        why: 'a client that sends its body slowly, or stops, ties up its connection and whatever the handler holds indefinitely',
        evidence: [
          {
            source: 'process',
            statement: `server.requestTimeout is 0 on ${names}${isDefault ? ', the default before Node 18' : ', set by the program (the default is 300 s)'}`,
          },
        ],
        innocent:
          'Uploads that legitimately take many minutes need a longer one. A proxy that reads whole requests first also protects the server.',
        advice: ['server.requestTimeout = 300_000; // the default of Node 18 and later'],
        references: [LINKS.requestTimeout],
      },
    };
  },
};
