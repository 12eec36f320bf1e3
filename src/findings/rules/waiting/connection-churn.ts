// A new connection for every outgoing request: handshakes, TIME_WAIT and latency that keep-alive would save.
import { blame } from '../../../analysis/cpu/blame.ts';
import type { WireFacts } from '../../../analysis/waiting/wire.ts';
import type { Evidence } from '../../../model/finding.ts';
import { formatNumber, formatShare } from '../../../units/units.ts';
import { throughLibrary } from '../../creation-site.ts';
import type { Rule } from '../../rule.ts';
import { perSecond, placeWithLibrary, subjectOf } from '../../wording.ts';
import { networkCaveats } from '../../words/wire-words.ts';

const LEAST_PER_SECOND = 10;
const MOST_SURVIVAL = 0.1;

export const connectionChurn: Rule = {
  kind: 'connection-churn',
  judge(facts) {
    const { observations, wire } = facts;
    if (observations.asyncObservations.length === 0)
      return { notApplicable: 'async resources were not watched' };
    const drafts = observations.asyncObservations.flatMap(({ sites, coverage }) =>
      sites
        .filter(({ type, frames }) => type === 'TCPWRAP' && blame(frames).subject)
        .map((site) => {
          const last = site.reads.at(-1)!;
          const seconds = Math.max(1, (last.atMillis / 1_000) * Math.max(0.01, coverage));
          const survival =
            last.oldWatched === 0
              ? last.watched === 0
                ? 0
                : last.alive / last.watched
              : last.oldAlive / last.oldWatched;
          return { site, rate: last.made / seconds, survival };
        }),
    );
    const worst = drafts
      .filter(({ rate, survival }) => rate >= LEAST_PER_SECOND && survival <= MOST_SURVIVAL)
      .sort((a, b) => b.rate - a.rate)[0];
    if (!worst) return [];
    const culprit = throughLibrary(blame(worst.site.frames, 'of calls'), facts);
    const outbound = observations.passive
      .flatMap((sample) => sample.sockets ?? [])
      .filter(({ direction }) => direction === 'outbound');
    const endpoint = outbound.toSorted((a, b) => b.count - a.count)[0]?.endpoint;
    const rate = perSecond(worst.rate);
    return [
      {
        kind: 'connection-churn',
        severity: worst.rate >= 50 ? 'warning' : 'notice',
        confidence: 0.85,
        urgency: Math.min(0.7, 0.35 + worst.rate / 500),
        title: `${rate.replace('/s', '')} new connections a second${endpoint ? ` to ${endpoint}` : ''}: one for each request instead of keep-alive (${placeWithLibrary(culprit)})`,
        subject: subjectOf('socket', endpoint ?? culprit.subject!.functionName, culprit.subject),
        impact: { metric: 'connections', value: worst.rate, unit: 'per second' },
        evidence: [
          {
            source: 'async-resources',
            statement: `${placeWithLibrary(culprit)} opens ${rate}; ${formatShare(1 - worst.survival)} of them are closed within 5 s`,
            value: worst.rate,
            unit: 'per second',
          },
          ...kernelEvidence(wire),
        ],
        innocentExplanation: 'Talking to very many different hosts needs as many connections.',
        advice: [
          'Give the client an Agent with keepAlive: true (Node 19 and later: the default agent), or update the library that sends "Connection: close".',
        ],
        caveats: networkCaveats(wire),
        asSymptom: `${rate} new connections`,
        effect: 'sockets',
        explains: [],
      },
    ];
  },
};

/** The kernel counts every connection, also those that no hook saw. */
function kernelEvidence(wire: WireFacts | null): Evidence[] {
  const opens = wire?.outgoingOpensPerSecond;
  if (!opens || opens < LEAST_PER_SECOND) return [];
  const waiting = wire.timeWait ? `, and ${formatNumber(wire.timeWait)} closed ones wait in TIME_WAIT` : '';
  return [
    {
      source: 'proc',
      statement: `its network namespace began ${perSecond(opens)} connections${waiting}`,
      value: opens,
      unit: 'per second',
    },
  ];
}
