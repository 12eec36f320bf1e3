// Sockets that accumulate: by endpoint, by TCP state, and by the code that opened them.
import type { Facts } from '../../../analysis/facts.ts';
import type { CountGrowth } from '../../../analysis/growth/resource-growth.ts';
import { MANY_PORTS } from '../../../analysis/growth/scattered-sockets.ts';
import { lastLookAt } from '../../../analysis/waiting/wire.ts';
import type { Evidence } from '../../../model/finding.ts';
import type { SocketGroup } from '../../../model/samples.ts';
import { formatBytes, formatNumber } from '../../../units/units.ts';
import { clientGrowth } from '../../clients.ts';
import { type CreationSite, orWhoAnswers, siteOfAllocations, siteOfSurvivors } from '../../creation-site.ts';
import { countEvidence, isPilingUp, leakDraft, whenFdsRunOut } from '../../leak-draft.ts';
import { companionAdvice, companionCaveat, siteOfCompanion } from '../../memory/companion.ts';
import type { Draft, Rule } from '../../rule.ts';
import { FOLLOWS_CLIENTS } from '../../thresholds/growth.ts';
import { SOCKET_LEAK } from '../../thresholds/handles.ts';
import { givenTo, type Receiver, receiverOf } from '../../waiting/socket-receiver.ts';
import { packageOf, perSecond, placeWithLibrary } from '../../wording.ts';
import { agentEvidence, ownAgentsOf, SHARE_ONE_AGENT } from '../../words/agent-words.ts';
import { socketAdvice, socketInnocence, socketThings } from '../../words/socket-words.ts';
import { ageEvidence, networkCaveats, stuckEvidence } from '../../words/wire-words.ts';

export const socketLeak: Rule = {
  kind: 'socket-leak',
  judge(facts) {
    const { passive } = facts.observations;
    if (!passive.some((sample) => sample.sockets))
      return { notApplicable: 'the sockets of the process could not be read' };
    const clients = clientGrowth(facts);
    const piling = facts.sockets.filter((group) => isLeaking(group) && !followsClients(group, clients));
    return joinStates(piling).map((group) => describe(group, facts));
  },
};

/** One connection outward for each client that comes and stays is the load, not a leak. */
function followsClients({ subject, trend }: CountGrowth<SocketGroup>, clients: number): boolean {
  return subject.state === 'ESTABLISHED' && clients >= trend.slopePerSecond * FOLLOWS_CLIENTS;
}

/** Clients that come and stay are the load, not a leak, until they have closed their side. */
function isLeaking({ subject, trend }: CountGrowth<SocketGroup>): boolean {
  const isOurs = subject.direction !== 'inbound' || subject.state === 'CLOSE_WAIT';
  const isFixed = subject.state === 'LISTEN' && subject.endpoint !== MANY_PORTS;
  return isPilingUp(trend) && !isFixed && isOurs;
}

/** One endpoint may accumulate in two states at once, or servers with the connections that keep them open: one cause. */
function joinStates(groups: CountGrowth<SocketGroup>[]): CountGrowth<SocketGroup>[] {
  const byEndpoint = new Map<string, CountGrowth<SocketGroup>>();
  for (const group of groups.toSorted((a, b) => b.trend.slopePerSecond - a.trend.slopePerSecond)) {
    const { direction, endpoint } = group.subject;
    const isOfMany = endpoint === MANY_PORTS;
    const key = isOfMany ? endpoint : `${direction}|${endpoint}`;
    // Of connections it is known who has them.
    if (!byEndpoint.has(key) || (isOfMany && direction === 'inbound')) byEndpoint.set(key, group);
  }
  return [...byEndpoint.values()];
}

function describe({ subject: socket, trend }: CountGrowth<SocketGroup>, facts: Facts): Draft {
  const receiver = receiverOf(facts, socket, trend.last);
  const site = receiver ? givenTo(receiver) : siteOf(facts, socket, trend.slopePerSecond);
  const things = socketThings(socket);
  const last = socket.endpoint === MANY_PORTS ? socket : lastLookAt(facts.observations.passive, socket);
  const unread = last?.receiveQueueBytes ?? socket.receiveQueueBytes;
  const own = socket.direction === 'outbound' ? ownAgentsOf(facts, openerOf(site, socket)) : null;
  const queue = unread ? `, ${formatBytes(unread)} are unread in their receive buffers` : '';
  return leakDraft(facts, {
    kind: 'socket-leak',
    title: `${formatNumber(trend.last)} ${things}, ${perSecond(trend.slopePerSecond)} more${sayPlace(site, receiver)}`,
    subject: { type: 'socket', name: socket.endpoint },
    site,
    metric: 'sockets',
    ratePerSecond: trend.slopePerSecond,
    runsOut: whenFdsRunOut(facts, trend),
    evidence: [
      countEvidence(things, trend, queue),
      ...serversEvidence(socket, facts),
      ...ageEvidence(last, facts.lookSeconds),
      ...stuckEvidence(last),
      ...agentEvidence(own),
    ],
    innocentExplanation: `${socketInnocence(socket)} This count rose until the end of the capture.`,
    advice: own
      ? SHARE_ONE_AGENT
      : site?.companion
        ? companionAdvice(site.companion)
        : `${socketAdvice(socket, receiver?.event)}${ofPackage(receiver)}`,
    ...((own || site?.companion) && { isAdviceWhole: true }),
    caveats: [
      ...(site ? [] : [socket.direction === 'inbound' ? NOT_SEEN_GIVEN : NOT_CAUGHT]),
      ...(site?.companion ? [companionCaveat(site.companion, things)] : []),
      ...networkCaveats(facts.wire),
    ],
    things,
    effect: 'sockets',
    explains: ['fds', 'handles', 'heap', 'external', 'native', 'timers'],
    confidence: SOCKET_LEAK.confidence,
    urgency: { least: SOCKET_LEAK.leastUrgency },
  });
}

/** The servers whose connections stay are as many. */
function serversEvidence({ endpoint, direction }: SocketGroup, { sockets }: Facts): Evidence[] {
  if (endpoint !== MANY_PORTS || direction !== 'inbound') return [];
  return sockets
    .filter(({ subject }) => subject.endpoint === MANY_PORTS && subject.direction === 'listening')
    .map(({ subject, trend }) => countEvidence(socketThings(subject), trend));
}

/** The program cannot change that listener. */
function ofPackage(receiver: Receiver | null): string {
  if (receiver?.listener.owner !== 'library') return '';
  return ` The listener is that of ${packageOf(receiver.listener)}: look for a newer version of it, or for what its clients do before they leave.`;
}

const NOT_CAUGHT =
  'The code that opens them is unknown: it runs rarely, or a library connects later on its behalf.';

const NOT_SEEN_GIVEN = 'Clients open these connections. Which code of the process holds them is unknown.';

function sayPlace(site: CreationSite | null, receiver: Receiver | null): string {
  if (!site) return '';
  const where = placeWithLibrary(site.blame);
  if (site.companion) return ` while ${site.companion} gains as many entries (${where})`;
  return receiver ? `, given to the '${receiver.event}' listener in ${where}` : `, opened in ${where}`;
}

function siteOf(facts: Facts, socket: SocketGroup, slopePerSecond: number): CreationSite | null {
  return orWhoAnswers(findSite(facts, socket, slopePerSecond), facts, slopePerSecond);
}

function findSite(facts: Facts, socket: SocketGroup, slopePerSecond: number): CreationSite | null {
  if (socket.direction === 'inbound') return siteOfAllocations(facts, /^(onconnection|Socket)$/);
  const types =
    socket.direction === 'listening'
      ? ['TCPSERVERWRAP']
      : socket.family === 'unix'
        ? ['PIPEWRAP']
        : ['TCPWRAP', 'UDPWRAP'];
  return (
    siteOfSurvivors(facts, types, slopePerSecond) ??
    // A place that allocates sockets may be one that closes them.
    siteOfCompanion(facts, slopePerSecond) ??
    siteOfAllocations(facts, /^(Socket|connect|createConnection|ClientRequest|fetch)$/)
  );
}

function openerOf(site: CreationSite | null, { endpoint }: SocketGroup) {
  return { frame: site?.frame ?? null, endpoint };
}
