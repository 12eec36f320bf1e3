// Requests that wait for an answer which does not come, while others of their kind are answered: going out without a
// timeout, or coming in and forgotten on one path; that fail only after seconds; and answers that are begun and never ended.
import type { Facts } from '../../../analysis/facts.ts';
import type { LastingRequests } from '../../../analysis/waiting/lasting-requests.ts';
import type { Evidence } from '../../../model/finding.ts';
import type { Frame } from '../../../model/frame.ts';
import { formatDuration, formatNumber, formatShare } from '../../../units/units.ts';
import type { Draft, Rule } from '../../rule.ts';
import { confidenceAt, onScale } from '../../thresholds/scale.ts';
import { LATE_FAILURES, REQUEST_PILEUP } from '../../thresholds/waiting.ts';
import { describeHeld } from '../../waiting/held-requests.ts';
import { describeLateFailures } from '../../waiting/late-failures.ts';
import { describeOutage, isOutage } from '../../waiting/outage.ts';
import { describeSilentRoutes, silentRoutes } from '../../waiting/silent-route.ts';
import { describeStalled, describeStandstill, isStandstill } from '../../waiting/stalled-requests.ts';
import { describeUnended, isLeftOpen } from '../../waiting/unended-answers.ts';
import { waitAdvice } from '../../waiting/wait-advice.ts';
import { promiseOfAsMany, waitingPromise } from '../../waiting/waiting-promise.ts';
import { timerAdvice, timerEvidence, timerOfWait } from '../../waiting/waiting-timer.ts';
import { perSecond, place, placeWithLibrary, risen, subjectOf } from '../../wording.ts';
import { endpointOf } from '../../words/wire-words.ts';

export const requestPileup: Rule = {
  kind: 'request-pileup',
  judge(facts) {
    if (facts.observations.asyncObservations.length === 0)
      return { notApplicable: 'requests were not watched' };
    const { outage } = facts;
    const outages = isOutage(outage) ? [describeOutage(outage, facts)] : [];
    const alone = outages.length > 0 ? [] : silentRoutes(facts);
    const silent = (outages.length > 0 ? (outage?.routes ?? []) : alone).map(({ label }) => label);
    const outbound = facts.requests.outbound.filter(isPilingUp).map((requests) => describeOutbound(requests));
    const inbound = facts.requests.inbound
      .filter(
        (requests) =>
          isPilingUp(requests) &&
          !silent.includes(requests.label) &&
          (requests.answeredShare ?? 0) >= REQUEST_PILEUP.leastAnswered,
      )
      .map((requests) => describeInbound(requests, facts));
    const told = [...facts.requests.inbound.map(({ label }) => label), ...silent];
    const stalled = facts.stalledRequests
      .filter(({ label }) => !told.includes(label))
      .map((requests) => describeStalled(requests, facts));
    const still = facts.hangingRequests.filter((route) => isStandstill(route, facts));
    const unended = facts.requests.unended
      .filter(isLeftOpen)
      .map((answers) => describeUnended(answers, facts));
    const failures = facts.lateFailures.filter(({ label }) => !told.includes(label));
    const { heldRequests: held } = facts;
    const isToldOf = held?.routes.some(({ label }) => told.includes(label));
    return [
      ...outages,
      ...(alone.length > 0 ? [describeSilentRoutes(alone, facts)] : []),
      ...outbound.slice(0, REQUEST_PILEUP.most),
      ...inbound.slice(0, REQUEST_PILEUP.most),
      ...stalled.slice(0, REQUEST_PILEUP.most),
      ...(still.length > 0 && stalled.length + outages.length === 0
        ? [describeStandstill(still, facts)]
        : []),
      ...unended.slice(0, REQUEST_PILEUP.most),
      ...failures.slice(0, LATE_FAILURES.most).map((each) => describeLateFailures(each, facts)),
      ...(held && !isToldOf ? describeHeld(held, facts) : []),
    ];
  },
};

function isPilingUp({ alive, trend, oldestMillis }: LastingRequests): boolean {
  return (
    alive >= REQUEST_PILEUP.leastWaiting &&
    trend.slopePerSecond >= REQUEST_PILEUP.leastPerSecond &&
    oldestMillis >= REQUEST_PILEUP.longMillis
  );
}

function describeOutbound(requests: LastingRequests): Draft {
  const { label, blame, site, trend } = requests;
  const endpoint = endpointOf(label);
  const isUnended = (requests.unendedShare ?? 0) >= REQUEST_PILEUP.mostlyUnended;
  const why = isUnended
    ? 'the program does not send them to their end'
    : 'no response arrives and nothing aborts them';
  const { evidence, ...rest } = common(requests);
  return {
    ...rest,
    evidence: [...evidence, ...(isUnended ? [UNENDED_EVIDENCE] : [])],
    title: `Outgoing requests (${label}) accumulate at ${perSecond(trend.slopePerSecond)}: ${why}${blame.subject ? ` (${placeWithLibrary(blame)})` : ''}`,
    confidence: confidenceAt(REQUEST_PILEUP.outboundConfidence, blame.subject),
    subject: subjectOf('request', endpoint, blame.subject, site.thread),
    advice: [
      ...(isUnended ? [UNENDED_ADVICE] : []),
      'Give each outgoing request a timeout that covers the whole answer (AbortSignal.timeout(), the timeout option of the client), and answer the caller with an error when it expires.',
    ],
    caveats: [],
  };
}

const UNENDED_EVIDENCE: Evidence = {
  source: 'requests',
  statement:
    'the waiting requests lack their end or their body: the server has received at most their headers and waits for the rest',
};
const UNENDED_ADVICE =
  'Write the whole body and call `end()` on every path. A proxy that pipes the incoming request into the outgoing one sends nothing if the body was already read: register the proxy before the body parser (such as `express.json()`), or write the parsed body to the outgoing request.';

function describeInbound(requests: LastingRequests, facts: Facts): Draft {
  const { label, site, trend } = requests;
  const paced = waitingPromise(facts, trend.slopePerSecond, site.thread);
  const promise = paced ?? promiseOfAsMany(requests, facts);
  const frame: Frame | null = promise?.blame.subject ?? site.handler ?? null;
  const where = promise ? placeWithLibrary(promise.blame) : frame && place(frame);
  const { evidence, ...rest } = common(requests);
  const timer = timerOfWait(
    {
      thread: site.thread,
      perSecond: trend.slopePerSecond,
      leastMillis: requests.oldestMillis,
      mostMillis: Infinity,
    },
    facts,
  );
  const isLost = promise === null && isAbandoned(requests, facts);
  return {
    ...rest,
    isInbound: true,
    title: `Requests to ${label} accumulate at ${perSecond(trend.slopePerSecond)}: some are never answered${where ? ` (${where})` : ''}`,
    confidence: confidenceAt(REQUEST_PILEUP.inboundConfidence, frame),
    subject: subjectOf('request', label, frame, site.thread),
    evidence: [
      ...evidence,
      ...(promise
        ? [
            {
              source: 'async-resources',
              statement: paced
                ? `promises created in ${where} accumulate at the same pace, about ${formatNumber(promise.alive)} in all`
                : `about as many promises created in ${where} are pending: ${formatNumber(promise.alive)}`,
              value: promise.trend.slopePerSecond,
              unit: 'per second',
            },
          ]
        : []),
      ...(timer ? [timerEvidence(timer, 'what they wait for may be the end of such a timer')] : []),
      ...(site.handler ? [{ source: 'requests', statement: `answered by ${place(site.handler)}` }] : []),
      ...(isLost ? [ABANDONED_EVIDENCE] : []),
    ],
    advice: [
      ...waitAdvice(promise),
      ...(isLost ? [ABANDONED_ADVICE] : []),
      ...(timer ? [timerAdvice(timer)] : []),
      'Answer on every path, including errors and when the awaited result does not arrive: give the wait a timeout, and pass errors of async handlers on to the router.',
    ],
    caveats: frame
      ? []
      : [
          'The code that should answer is unknown: none of its promises still exists, and its router does not expose its handlers.',
        ],
  };
}

/** They wait, and of the promises made for them none stays: nothing that is still referenced will answer them. */
function isAbandoned({ label, site }: LastingRequests, { observations }: Facts): boolean {
  const promises = observations.asyncObservations
    .filter(({ thread }) => thread === site.thread)
    .flatMap(({ sites }) => sites)
    .filter(({ type }) => type === 'PROMISE');
  const own = promises.filter(({ serving }) => serving === label);
  // A handler that has read a body makes its promises for nobody known.
  const mayBeOwn = promises.filter(
    ({ serving, frames }) => !serving && frames.some(({ owner }) => owner === 'app'),
  );
  if (mayBeOwn.some(({ reads }) => (reads.at(-1)?.oldAlive ?? 0) >= REQUEST_PILEUP.leastWaiting))
    return false;
  const sum = (name: 'oldWatched' | 'oldAlive') =>
    own.reduce((total, { reads }) => total + (reads.at(-1)?.[name] ?? 0), 0);
  return sum('oldWatched') >= REQUEST_PILEUP.leastCollected && sum('oldAlive') === 0;
}

const ABANDONED_EVIDENCE: Evidence = {
  source: 'async-resources',
  statement:
    'none of the promises created while such requests came in is older than 5 s: they settled, or were garbage-collected unsettled because nothing refers to them any more',
};
const ABANDONED_ADVICE =
  'They wait for a callback that does not come, or for a promise that nothing can settle any more, such as an event that was emitted before there was a listener: call `once()`, or add the listener, before the first `await`.';

function common(
  requests: LastingRequests,
): Omit<Draft, 'title' | 'confidence' | 'subject' | 'advice' | 'caveats'> {
  const { alive, trend, oldestMillis, answeredShare, madePerSecond, label } = requests;
  const rate = perSecond(trend.slopePerSecond);
  const others =
    answeredShare === null || answeredShare < REQUEST_PILEUP.leastAnswered
      ? 'no request of that age has got one'
      : `${formatShare(answeredShare)} of such requests get one within 5 s`;
  return {
    kind: 'request-pileup',
    severity: trend.slopePerSecond >= REQUEST_PILEUP.criticalPerSecond ? 'critical' : 'warning',
    urgency: onScale(REQUEST_PILEUP.urgency, trend.slopePerSecond),
    impact: { metric: 'requests', value: trend.slopePerSecond, unit: 'per second' },
    evidence: [
      {
        source: 'requests',
        statement: `about ${formatNumber(alive)} requests wait for the start of their answer (${perSecond(madePerSecond)} in all), the oldest for at least ${formatDuration(oldestMillis)}, while ${others}; their number ${risen(trend)}`,
        value: trend.slopePerSecond,
        unit: 'per second',
      },
    ],
    innocentExplanation:
      'Slow answers arrive eventually, and their number stays level. The number of these requests rose until the end of the capture.',
    asSymptom: `requests without an answer (${label}): ${rate} more`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}
