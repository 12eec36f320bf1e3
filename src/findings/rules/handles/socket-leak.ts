// Sockets that pile up: by whom they lead to, in which TCP state, and who opened them.
import type { Facts } from '../../../analysis/facts.ts';
import type { CountGrowth } from '../../../analysis/growth/resource-growth.ts';
import { lastLookAt } from '../../../analysis/waiting/wire.ts';
import type { SocketGroup } from '../../../model/samples.ts';
import { formatBytes, formatNumber } from '../../../units/units.ts';
import { clientGrowth } from '../../clients.ts';
import { type CreationSite, siteOfAllocations, siteOfSurvivors } from '../../creation-site.ts';
import type { Draft, Rule } from '../../rule.ts';
import {
  leakSeverity,
  leakUrgency,
  perSecond,
  placeWithLibrary,
  risen,
  secondsUntil,
  subjectOf,
} from '../../wording.ts';
import { ageEvidence, networkCaveats, stuckEvidence } from '../../words/wire-words.ts';

const LEAST_PER_SECOND = 0.1;
const LEAST_RISE = 4;
/** A pool grows in a few jumps, at peaks of the load. */
const LEAST_STEPS = 4;

export const socketLeak: Rule = {
  kind: 'socket-leak',
  judge(facts) {
    const { passive } = facts.observations;
    if (!passive.some((sample) => sample.sockets))
      return { notApplicable: 'the sockets of the process could not be read' };
    const clients = clientGrowth(facts);
    const piling = facts.sockets.filter((group) => isPilingUp(group) && !followsClients(group, clients));
    return joinStates(piling).map((group) => describe(group, facts));
  },
};

/** One connection outward for each client that comes and stays is the load, not a leak. */
function followsClients({ subject, trend }: CountGrowth<SocketGroup>, clients: number): boolean {
  return subject.state === 'ESTABLISHED' && clients >= trend.slopePerSecond * 0.7;
}

function isPilingUp({ subject, trend }: CountGrowth<SocketGroup>): boolean {
  const grows =
    trend.verdict === 'growing' &&
    trend.slopePerSecond >= LEAST_PER_SECOND &&
    trend.last - trend.first >= LEAST_RISE &&
    trend.risingSteps[0] >= LEAST_STEPS;
  // Clients that come and stay are the load, not a leak, until they have closed their side.
  return (
    grows && subject.state !== 'LISTEN' && (subject.direction !== 'inbound' || subject.state === 'CLOSE_WAIT')
  );
}

/** One endpoint may pile up in two states at once: one cause. */
function joinStates(groups: CountGrowth<SocketGroup>[]): CountGrowth<SocketGroup>[] {
  const byEndpoint = new Map<string, CountGrowth<SocketGroup>>();
  for (const group of groups.toSorted((a, b) => b.trend.slopePerSecond - a.trend.slopePerSecond)) {
    const key = `${group.subject.direction}|${group.subject.endpoint}`;
    if (!byEndpoint.has(key)) byEndpoint.set(key, group);
  }
  return [...byEndpoint.values()];
}

function describe({ subject: socket, trend }: CountGrowth<SocketGroup>, facts: Facts): Draft {
  const site = findSite(facts, socket, trend.slopePerSecond);
  const limit = facts.observations.limits.fdSoftLimit;
  const exhaustionSeconds =
    limit === undefined ? undefined : secondsUntil(limit - facts.fdTotal.last + trend.last, trend);
  const rate = perSecond(trend.slopePerSecond);
  const to =
    socket.direction === 'inbound' ? `on port ${socket.endpoint.replace(':', '')}` : `to ${socket.endpoint}`;
  const frame = site?.frame ?? null;
  const last = lastLookAt(facts.observations.passive, socket);
  const unread = last?.receiveQueueBytes ?? socket.receiveQueueBytes;
  const queue = unread ? `, ${formatBytes(unread)} wait unread in them` : '';
  return {
    kind: 'socket-leak',
    severity: leakSeverity(exhaustionSeconds),
    confidence: site ? 0.93 : 0.8,
    urgency: Math.max(0.75, leakUrgency(exhaustionSeconds)),
    title: `${formatNumber(trend.last)} sockets ${to} in ${socket.state}, ${rate} more${site ? `, opened in ${placeWithLibrary(site.blame)}` : ''}`,
    subject: subjectOf('socket', socket.endpoint, frame),
    impact: {
      metric: 'sockets',
      value: trend.slopePerSecond,
      unit: 'per second',
      exhaustionSeconds,
      limit: limit === undefined ? undefined : `${limit} file descriptors`,
    },
    evidence: [
      {
        source: 'proc',
        statement: `sockets ${to} in ${socket.state} ${risen(trend)}, from ${trend.first} to ${trend.last}${queue}`,
        value: trend.slopePerSecond,
        unit: 'per second',
      },
      ...ageEvidence(last, facts.lookSeconds),
      ...stuckEvidence(last),
      ...(site ? [site.evidence] : []),
    ],
    innocentExplanation:
      'A connection pool still filling would stop at its maximum; this did not while we looked.',
    advice: adviceFor(socket),
    caveats: [
      ...(site
        ? []
        : [
            'The code that opens them was not caught: it runs seldom, or through a library that connects later.',
          ]),
      ...networkCaveats(facts.wire),
    ],
    asSymptom: `sockets ${to} in ${socket.state}: ${rate} more`,
    effect: 'sockets',
    explains: ['fds', 'heap', 'external', 'native', 'timers'],
  };
}

function findSite(facts: Facts, socket: SocketGroup, slopePerSecond: number): CreationSite | null {
  if (socket.direction === 'inbound') return siteOfAllocations(facts, /^(onconnection|Socket)$/);
  const types = socket.family === 'unix' ? ['PIPEWRAP'] : ['TCPWRAP', 'UDPWRAP'];
  return (
    siteOfSurvivors(facts, types, slopePerSecond) ??
    siteOfAllocations(facts, /^(Socket|connect|createConnection|ClientRequest|fetch)$/)
  );
}

function adviceFor(socket: SocketGroup): string[] {
  if (socket.state === 'CLOSE_WAIT') {
    return [
      'The other side has closed and waits for us: end or destroy the socket on its "end" event, and read or destroy every response body (response.resume(), body.cancel()).',
    ];
  }
  return [
    'Read every response to its end or destroy it, close the client when done, and share one Agent or pool with a maximum instead of connecting for each request.',
  ];
}
