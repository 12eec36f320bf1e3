// Outgoing requests without a timeout that ends them: when the other side hangs, so does everything that waits for it.
import { formatCount } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import { type ConfigurationRule, listed } from '../rule.ts';

const allOf = (count: number) => (count === 1 ? 'the 1 request' : `all ${formatCount(count, 'request')}`);

export const outgoingTimeouts: ConfigurationRule = {
  check: 'timeouts of outgoing requests',
  level: 3,
  judge({ settings }) {
    const { inFlight, withoutTimeout, unclear = 0, lastingWithoutTimeout, hosts } = settings.inner.outgoing;
    if (inFlight === 0)
      return { unknown: 'no outgoing request waited for an answer at the end of the capture' };
    if (withoutTimeout === 0)
      return unclear > 0
        ? { unknown: `${unclear} of ${formatCount(inFlight, 'request')} in flight could not be judged` }
        : { ok: `${allOf(inFlight)} in flight: a timeout, and a listener that acts on it` };
    const isLasting = lastingWithoutTimeout > 0;
    const to = hosts.length > 0 ? ` to ${listed(hosts)}` : '';
    const lasting = isLasting ? `, ${lastingWithoutTimeout} of them for the whole capture` : '';
    return {
      finding: {
        value: `${withoutTimeout} of ${inFlight} without`,
        severity: isLasting ? 'warning' : 'notice',
        confidence: isLasting ? 0.75 : 0.6,
        title: `${formatCount(withoutTimeout, 'outgoing request')} without a timeout${to}${lasting}`,
        why: 'when the other side does not answer, each such request holds a socket and its caller until TCP gives up, if ever',
        evidence: [
          {
            source: 'process',
            statement: `of ${formatCount(inFlight, 'request')} in flight, ${withoutTimeout} without a socket timeout, or with one whose 'timeout' event has no listener${lasting}: a socket timeout alone does not end a request, nor do the 5 s of the global agent since Node 19`,
          },
        ],
        innocent:
          'An AbortSignal or a timer of the program that ends the request is not visible here; a long poll waits on purpose.',
        advice: [
          'http.get(url, { timeout: 10_000 }).on("timeout", function () { this.destroy(new Error("timeout")); })',
          'fetch(url, { signal: AbortSignal.timeout(10_000) })',
        ],
        references: [LINKS.clientTimeout],
      },
    };
  },
};
