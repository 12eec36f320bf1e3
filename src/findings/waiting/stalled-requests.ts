// Requests that hang while their clients wait with them and send no more: of a kind that was answered during the capture, or in a
// server that answers nothing.
import type { Facts } from '../../analysis/facts.ts';
import type { HangingRequests } from '../../analysis/waiting/hanging-requests.ts';
import type { StalledRequests } from '../../analysis/waiting/stalled-requests.ts';
import { formatCount, formatDuration, formatNumber, formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { confidenceAt } from '../thresholds/scale.ts';
import { STALLED } from '../thresholds/waiting.ts';
import { place, placeWithLibrary, subjectOf } from '../wording.ts';
import { waitAdvice } from './wait-advice.ts';
import { stayingPromise } from './waiting-promise.ts';

export function describeStalled(requests: StalledRequests, facts: Facts): Draft {
  const { label, site, alive, oldestMillis, quietMillis, answeredShare } = requests;
  const promise = stayingPromise(facts, site.thread);
  const frame = promise?.blame.subject ?? site.handler ?? null;
  const where = promise ? placeWithLibrary(promise.blame) : frame && place(frame);
  const count = formatNumber(Math.round(alive));
  return {
    kind: 'request-pileup',
    severity: 'critical',
    confidence: confidenceAt(STALLED.confidence, frame),
    urgency: STALLED.urgency,
    isInbound: true,
    title: `Requests to ${label} hang: about ${count} wait without an answer, the oldest for ${formatDuration(oldestMillis)}${where ? ` (${where})` : ''}`,
    subject: subjectOf('request', label, frame, site.thread),
    impact: { metric: 'requests', value: Math.round(alive), unit: 'count' },
    evidence: [
      {
        source: 'requests',
        statement: `about ${count} wait for the beginning of their answer, the oldest for ${formatDuration(oldestMillis)} at least, and none of them got one in the last ${formatDuration(quietMillis)}; ${formatShare(answeredShare)} of their kind got one within 5 s, including some that arrived later`,
        value: Math.round(alive),
        unit: 'count',
      },
      {
        source: 'requests',
        statement: `no other request of this kind has arrived for ${formatDuration(quietMillis)}: its clients may all be waiting`,
      },
      ...(promise
        ? [
            {
              source: 'async-resources',
              statement: `promises created in ${where} remain, about ${formatNumber(Math.round(promise.alive))} now`,
            },
          ]
        : []),
    ],
    innocentExplanation:
      'Long polls that wait for different events look the same, but their clients expect an answer to take minutes.',
    advice: [
      ...waitAdvice(promise),
      'Answer on every path, including errors and when the awaited result does not arrive: give the wait a timeout, and release locks and permits in a `finally`.',
    ],
    caveats: frame ? [] : ['The code that should answer is unknown: it waits without a promise.'],
    asSymptom: `about ${count} requests hang (${label})`,
    effect: 'waiting',
    explains: ['waiting', 'gc'],
  };
}

/** A process that answered nothing at all, with more clients than wait for single events, and without a timer for each that would end its wait. */
export function isStandstill(
  { isFromStart, lasting }: HangingRequests,
  { work, lookSeconds, timers }: Facts,
): boolean {
  return (
    isFromStart &&
    lasting >= STALLED.leastAtStandstill &&
    lookSeconds >= STALLED.leastSeconds &&
    work.requestsPerSecond === 0 &&
    !(timers.last >= lasting * STALLED.timedShare)
  );
}

/** All routes of a process that answers nothing. */
export function describeStandstill(routes: readonly HangingRequests[], facts: Facts): Draft {
  const [first, ...others] = routes as [HangingRequests, ...HangingRequests[]];
  const { thread, label, handler } = first;
  const count = routes.reduce((sum, { lasting }) => sum + lasting, 0);
  const oldestMillis = Math.max(...routes.map((route) => route.oldestMillis));
  const more = others.length === 0 ? '' : ` and ${formatCount(others.length, 'more route')}`;
  return {
    kind: 'request-pileup',
    severity: 'critical',
    confidence: confidenceAt(STALLED.standstill, handler),
    urgency: STALLED.urgency,
    isInbound: true,
    title: `No request is answered: ${formatNumber(count)} wait (${label}${more})${handler ? `, answered by ${place(handler)}` : ''}`,
    subject: subjectOf('request', label, handler, thread),
    impact: { metric: 'requests', value: count, unit: 'count' },
    evidence: [
      {
        source: 'requests',
        statement: `no request was answered in ${formatDuration(facts.lookSeconds * 1_000)}, although ${formatNumber(count)} are open, the oldest for ${formatDuration(oldestMillis)} or longer: ${routes
          .slice(0, STALLED.named)
          .map((route) => `${route.label} (${formatNumber(route.lasting)})`)
          .join(', ')}`,
        value: count,
        unit: 'count',
      },
    ],
    innocentExplanation: 'Long polls wait as long, but with so many of them some end during a capture.',
    advice: [
      'Find what these requests wait for: a pool that does not get back what it hands out, a lock that is never released, a call to another service without a timeout, or a path in the code that never answers.',
      'They began to wait before the capture. Restart one instance and capture it while it still answers, until it no longer does (`--duration 5m`): the report then names the line.',
    ],
    caveats: ['What they wait for was not seen: they began to wait before the capture.'],
    asSymptom: `${formatNumber(count)} requests hang (${label}${more})`,
    effect: 'waiting',
    explains: ['waiting', 'gc'],
  };
}
