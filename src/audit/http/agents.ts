// Agents for outgoing HTTP that open a connection for each request, or as many as there are requests.
import { LINKS } from '../links.ts';
import { type ConfigurationRule, listed } from '../rule.ts';

/** Below, no limit does no harm. */
const MANY_REQUESTS = 50;
const isGlobal = (name: string) => /^https?\.globalAgent$/.test(name);

export const agents: ConfigurationRule = {
  check: 'agents for outgoing HTTP',
  level: 5,
  judge({ settings }) {
    const all = settings.inner.agents;
    // The global agents are always there: only their use counts.
    const used = all.filter(({ name, requests }) => requests > 0 || !isGlobal(name));
    if (used.length === 0) return { unknown: 'none was found in use' };
    const closing = used.filter(({ keepAlive }) => keepAlive === false);
    const boundless = used.filter(
      ({ maxSockets, requests }) => maxSockets === null && requests >= MANY_REQUESTS,
    );
    if (closing.length + boundless.length === 0) return { ok: `${used.length} in use, with keep-alive` };
    const wrong = closing.length > 0 ? closing : boundless;
    const names = listed(wrong.map(({ name }) => name));
    return {
      finding: {
        value: closing.length > 0 ? 'keepAlive: false' : 'maxSockets: Infinity',
        severity: 'notice',
        confidence: 0.8,
        title:
          closing.length > 0
            ? `An agent opens a new connection for each request: keepAlive is off (${names})`
            : `An agent has no limit and ${Math.max(...wrong.map(({ requests }) => requests))} requests open (${names})`,
        why:
          closing.length > 0
            ? 'each request pays for a TCP (and TLS) handshake, and closed sockets accumulate in TIME_WAIT'
            : 'a burst, or a slow upstream, opens as many sockets as there are requests: both sides run out',
        evidence: wrong.slice(0, 3).map(({ name, keepAlive, maxSockets, requests }) => ({
          source: 'process',
          statement: `${name}: keepAlive ${keepAlive ?? 'unknown'}, maxSockets ${maxSockets === null ? 'no limit' : (maxSockets ?? 'unknown')}, ${requests} open now`,
        })),
        innocent: 'A program that sends few requests to many hosts gains nothing from keep-alive.',
        advice: ['new http.Agent({ keepAlive: true, maxSockets: 50, timeout: 10_000 })'],
        references: [LINKS.agent],
      },
    };
  },
};
