// A new connection for every outgoing request: handshakes, TIME_WAIT and latency that keep-alive would save.
import { type Blame, blame } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { WireFacts } from '../../../analysis/waiting/wire.ts';
import type { AsyncObservation, AsyncSite } from '../../../model/async-resource.ts';
import type { Evidence } from '../../../model/finding.ts';
import { formatNumber, formatShare } from '../../../units/units.ts';
import { throughLibrary } from '../../creation-site.ts';
import type { Draft, Rule } from '../../rule.ts';
import { onScale } from '../../thresholds/scale.ts';
import { CONNECTION_CHURN } from '../../thresholds/waiting.ts';
import { perSecond, placeWithLibrary, subjectOf } from '../../wording.ts';
import { agentEvidence, ownAgentsOf, SHARE_ONE_AGENT } from '../../words/agent-words.ts';
import { failingOpens, failingOpensEvidence } from '../../words/failing-opens.ts';
import { RECONNECT_ADVICE, reconnectEvidence } from '../../words/reconnect-words.ts';
import { networkCaveats } from '../../words/wire-words.ts';

export const connectionChurn: Rule = {
  kind: 'connection-churn',
  judge(facts) {
    const { asyncObservations } = facts.observations;
    if (asyncObservations.length === 0) return { notApplicable: 'async resources were not watched' };
    const worst = asyncObservations
      .flatMap(openers)
      .filter(
        ({ rate, survival }) =>
          rate >= CONNECTION_CHURN.leastPerSecond && survival <= CONNECTION_CHURN.mostSurvival,
      )
      .sort((a, b) => b.rate - a.rate)[0];
    return worst ? [describe(worst, facts)] : [];
  },
};

interface Opener {
  site: AsyncSite;
  /** Connections a second. */
  rate: number;
  /** Of them, those that stay open, 0..1. */
  survival: number;
}

/** Lines of user code that open connections. */
function openers({ sites, coverage }: AsyncObservation): Opener[] {
  return sites
    .filter(({ type, frames }) => type === 'TCPWRAP' && blame(frames).subject)
    .map((site) => {
      const last = site.reads.at(-1)!;
      const seconds = Math.max(1, (last.atMillis / 1_000) * Math.max(0.01, coverage));
      return { site, rate: last.made / seconds, survival: survivalOf(last) };
    });
}

function survivalOf({ watched, alive, oldWatched, oldAlive }: AsyncSite['reads'][number]): number {
  if (oldWatched > 0) return oldAlive / oldWatched;
  return watched === 0 ? 0 : alive / watched;
}

function describe(worst: Opener, facts: Facts): Draft {
  const culprit = throughLibrary(blame(worst.site.frames, 'of calls'), facts);
  const outbound = facts.observations.passive
    .flatMap((sample) => sample.sockets ?? [])
    .filter(({ direction }) => direction === 'outbound');
  const endpoint = outbound.toSorted((a, b) => b.count - a.count)[0]?.endpoint;
  const rate = perSecond(worst.rate);
  const again = facts.reconnects.find(({ site }) => site.site === worst.site) ?? null;
  const own = ownAgentsOf(facts, { frame: culprit.subject, endpoint });
  // What fails has no socket that would name its address.
  if (!again && failingOpens(facts.wire)) return describeFailing(worst, culprit, facts);
  return {
    kind: 'connection-churn',
    severity: worst.rate >= CONNECTION_CHURN.warningPerSecond ? 'warning' : 'notice',
    confidence: CONNECTION_CHURN.confidence,
    urgency: onScale(CONNECTION_CHURN.urgency, worst.rate),
    title: `${rate.replace('/s', '')} new connections a second${endpoint ? ` to ${endpoint}` : ''}: ${again ? 'clients that reconnect again and again' : 'one for each request instead of keep-alive'} (${placeWithLibrary(culprit)})`,
    subject: subjectOf('socket', endpoint ?? culprit.subject!.functionName, culprit.subject),
    impact: { metric: 'connections', value: worst.rate, unit: 'per second' },
    evidence: [
      again
        ? reconnectEvidence(again)
        : {
            source: 'async-resources',
            statement: `${placeWithLibrary(culprit)} opens connections at ${rate}; ${formatShare(1 - worst.survival)} of them are closed within 5 s`,
            value: worst.rate,
            unit: 'per second',
          },
      ...agentEvidence(own),
      ...kernelEvidence(facts.wire),
    ],
    innocentExplanation: again
      ? 'Clients whose server is briefly down reconnect until it is back.'
      : 'A program that talks to very many different hosts needs that many connections.',
    advice: [again ? RECONNECT_ADVICE : own ? SHARE_ONE_AGENT : adviceFor(culprit, facts)],
    caveats: networkCaveats(facts.wire),
    asSymptom: `${rate} new connections`,
    effect: 'sockets',
    explains: [],
  };
}

function describeFailing({ rate, site }: Opener, culprit: Blame, facts: Facts): Draft {
  const attempts = perSecond(rate);
  return {
    kind: 'connection-churn',
    severity: rate >= CONNECTION_CHURN.warningPerSecond ? 'warning' : 'notice',
    confidence: CONNECTION_CHURN.confidence,
    urgency: onScale(CONNECTION_CHURN.urgency, rate),
    title: `Connections are attempted at ${attempts}, and most of them fail (${placeWithLibrary(culprit)})`,
    subject: subjectOf('function', culprit.subject!.functionName, culprit.subject, site.thread),
    impact: { metric: 'connections', value: rate, unit: 'per second' },
    evidence: [
      {
        source: 'async-resources',
        statement: `${placeWithLibrary(culprit)} tries to connect at ${attempts}`,
        value: rate,
        unit: 'per second',
      },
      ...failingOpensEvidence(facts.wire),
    ],
    innocentExplanation: 'A service that is briefly down refuses connections until it is back.',
    advice: [
      'Check which address they go to and their error codes: ECONNREFUSED means that nothing listens there. Back off between attempts, give up after a number of them, and stop trying for a while once several have failed (a circuit breaker).',
    ],
    caveats: networkCaveats(facts.wire),
    asSymptom: `${attempts} connections that mostly fail`,
    effect: 'sockets',
    explains: [],
  };
}

/** Since Node.js 19 the default agent keeps connections alive: who makes new ones asks for it. */
const KEEPS_ALIVE_SINCE = 19;

function adviceFor({ library, inner }: Blame, { observations }: Facts): string {
  const client = (inner ?? library)?.package ?? 'the client';
  const major = Number.parseInt((observations.target.nodeVersion ?? '').replace(/^v/, ''), 10);
  return major >= KEEPS_ALIVE_SINCE
    ? `Pass ${client} an Agent with keepAlive: true, or look for a newer version of it. The default Agent of Node.js ${major} keeps connections alive, so the client sends "Connection: close" or uses an Agent of its own, or the server closes first: fetch and undici do not reuse a connection whose answer says "Keep-Alive: timeout" of 2 s or less (undici 5: 1 s).`
    : `Pass ${client} an Agent with keepAlive: true, which is the default only from Node.js 19 on.`;
}

/** The kernel counts every connection, also those that no hook saw. */
function kernelEvidence(wire: WireFacts | null): Evidence[] {
  const opens = wire?.outgoingOpensPerSecond;
  if (!opens || opens < CONNECTION_CHURN.leastPerSecond) return [];
  const waiting = wire.timeWait ? `; ${formatNumber(wire.timeWait)} closed ones are still in TIME_WAIT` : '';
  return [
    {
      source: 'proc',
      statement: `its network namespace opened connections at ${perSecond(opens)}${waiting}`,
      value: opens,
      unit: 'per second',
    },
  ];
}
