// Requests that hang while later ones of their kind were answered, and whose clients send no more.
import type { Facts } from '../../analysis/facts.ts';
import type { StalledRequests } from '../../analysis/waiting/stalled-requests.ts';
import { formatDuration, formatNumber, formatShare } from '../../units/units.ts';
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
