// Headers that may take unlimited time; and, before the fix (Node 12.19 and 14.5), a headersTimeout that also ran while a
// keep-alive connection was idle. Newer Node measures it from the start of each request: then it has no relation to
// keepAliveTimeout.
import { formatDuration } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import { type ConfigurationRule, listed, nodeMajor, serverName, valuesByServer } from '../rule.ts';

const FIXED_IN_MAJOR = 15;

export const headersTimeout: ConfigurationRule = {
  check: 'server.headersTimeout',
  level: 3,
  judge(facts) {
    const known = facts.settings.inner.servers.filter(({ headersMillis }) => headersMillis !== undefined);
    const major = nodeMajor(facts);
    if (known.length === 0) return { unknown: 'no HTTP server was found that listens' };
    const isOld = major !== undefined && major < FIXED_IN_MAJOR;
    const racing = isOld
      ? known.filter(
          ({ headersMillis = 0, keepAliveMillis = 0 }) =>
            headersMillis > 0 && headersMillis <= keepAliveMillis,
        )
      : [];
    const off = known.filter(
      ({ headersMillis, requestMillis }) => headersMillis === 0 && requestMillis === 0,
    );
    const wrong = off.length > 0 ? off : racing;
    if (wrong.length === 0) return { ok: valuesByServer(known, ({ headersMillis = 0 }) => headersMillis) };
    const names = listed(wrong.map(serverName));
    return {
      finding: {
        value: formatDuration(wrong[0]!.headersMillis ?? 0),
        severity: 'warning',
        confidence: 0.9,
        title:
          off.length > 0
            ? `A client may take an unlimited time to send its headers: headersTimeout and requestTimeout are 0 (${names})`
            : `headersTimeout is not longer than keepAliveTimeout on Node ${major} (${names})`,
        why:
          off.length > 0
            ? 'slow clients, or an attacker, hold connections until the server has no more'
            : 'on this version headersTimeout also runs while a keep-alive connection is idle, and cuts off the next request on it',
        evidence: [
          {
            source: 'process',
            statement: `server.headersTimeout: ${valuesByServer(wrong, ({ headersMillis = 0 }) => headersMillis)} (${names})`,
          },
        ],
        innocent: 'A proxy in front that reads whole requests first protects the server from slow clients.',
        advice: [
          off.length > 0
            ? 'server.headersTimeout = 60_000;'
            : 'server.headersTimeout = server.keepAliveTimeout + 1_000;',
        ],
        references: [LINKS.headersTimeout],
      },
    };
  },
};
