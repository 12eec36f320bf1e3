// Answers that are begun and never ended, while others of their kind end: each keeps its connection and all that its handler
// closes over.
import type { Facts } from '../../analysis/facts.ts';
import type { UnendedAnswers } from '../../analysis/waiting/lasting-requests.ts';
import type { Frame } from '../../model/frame.ts';
import { formatDuration, formatNumber, formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { confidenceAt, onScale } from '../thresholds/scale.ts';
import { REQUEST_PILEUP, UNENDED } from '../thresholds/waiting.ts';
import { perSecond, place, placeWithLibrary, risen, subjectOf } from '../wording.ts';
import { waitAdvice } from './wait-advice.ts';
import { waitingPromise } from './waiting-promise.ts';

export function isLeftOpen({ alive, trend, oldestMillis, answeredShare }: UnendedAnswers): boolean {
  return (
    alive >= REQUEST_PILEUP.leastWaiting &&
    trend.slopePerSecond >= REQUEST_PILEUP.leastPerSecond &&
    oldestMillis >= REQUEST_PILEUP.longMillis &&
    (answeredShare ?? 0) >= UNENDED.leastEnded
  );
}

export function describeUnended(answers: UnendedAnswers, facts: Facts): Draft {
  const { label, site, trend, writers } = answers;
  const rate = perSecond(trend.slopePerSecond);
  const writer = writers.find(({ blame }) => blame.subject)?.blame ?? null;
  const promise = waitingPromise(facts, trend.slopePerSecond, site.thread);
  const frame: Frame | null = writer?.subject ?? promise?.blame.subject ?? site.handler ?? null;
  const where = writer
    ? placeWithLibrary(writer)
    : promise
      ? placeWithLibrary(promise.blame)
      : frame && place(frame);
  return {
    kind: 'request-pileup',
    severity: trend.slopePerSecond >= REQUEST_PILEUP.criticalPerSecond ? 'critical' : 'warning',
    confidence: confidenceAt(UNENDED.confidence, frame),
    urgency: onScale(REQUEST_PILEUP.urgency, trend.slopePerSecond),
    isInbound: true,
    title: `Answers to ${label} are started and never ended: ${rate} more${where ? ` (${where})` : ''}`,
    subject: subjectOf('request', label, frame, site.thread),
    impact: { metric: 'requests', value: trend.slopePerSecond, unit: 'per second' },
    evidence: [
      {
        source: 'requests',
        statement: countsOf(answers),
        value: trend.slopePerSecond,
        unit: 'per second',
      },
      ...(writer
        ? [{ source: 'requests', statement: `their first part is written in ${placeWithLibrary(writer)}` }]
        : []),
      ...(promise
        ? [
            {
              source: 'async-resources',
              statement: `promises created in ${placeWithLibrary(promise.blame)} accumulate at the same pace, about ${formatNumber(promise.alive)} in all`,
            },
          ]
        : []),
      ...(site.handler ? [{ source: 'requests', statement: `answered by ${place(site.handler)}` }] : []),
    ],
    innocentExplanation:
      'Event streams and downloads stay open on purpose. Answers that are declared as streams, or that still send something, were left out.',
    advice: [
      ...waitAdvice(promise),
      'Call end() on every path once the head or a part is sent, also on errors. stream.pipeline() ends or destroys the answer when its source fails; pipe() does not.',
    ],
    caveats: frame ? [] : ['The code that starts these answers is unknown.'],
    asSymptom: `answers without an end (${label}): ${rate} more`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}

function countsOf({ alive, oldestMillis, answeredShare, trend }: UnendedAnswers): string {
  return `about ${formatNumber(alive)} answers have no end and send nothing more, the oldest for at least ${formatDuration(oldestMillis)}, while ${formatShare(answeredShare ?? 0)} of their kind end within 5 s; their number ${risen(trend)}`;
}
