// Requests that fail only after seconds: what they wait for does not come, and a timeout ends the wait.
import type { Facts } from '../../analysis/facts.ts';
import { meanLifeMillis } from '../../analysis/waiting/held-requests.ts';
import type { LateFailures } from '../../analysis/waiting/late/late-failures.ts';
import { formatDuration, formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { LATE_FAILURES } from '../thresholds/waiting.ts';
import { chainOf, packageOf, perSecond, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { promisesOfWait } from './held-requests.ts';
import { timerEvidence, timerOfWait } from './waiting-timer.ts';

export function describeLateFailures(failures: LateFailures, facts: Facts): Draft {
  const { label, site, failedShare, failedPerSecond, longestMillis, meanMillis, madePerSecond } = failures;
  const waiter = promisesOfWait({ meanMillis, least: madePerSecond, most: madePerSecond }, facts);
  const timer = timerOfWait(
    {
      thread: site.thread,
      perSecond: failedPerSecond,
      leastMillis: longestMillis * (1 - LATE_FAILURES.asLong),
      mostMillis: longestMillis * (1 + LATE_FAILURES.asLong),
    },
    facts,
  );
  const frame = waiter?.blame.subject ?? site.handler ?? timer?.blame.subject ?? null;
  const where = waiter ? placeWithLibrary(waiter.blame) : frame && place(frame);
  const longest = formatDuration(longestMillis);
  const library = waiter?.blame.library ?? timer?.blame.library ?? timer?.blame.subject ?? null;
  return {
    kind: 'request-pileup',
    severity: longestMillis >= LATE_FAILURES.criticalMillis ? 'critical' : 'warning',
    confidence: waiter || timer ? LATE_FAILURES.confidence.placed : LATE_FAILURES.confidence.unplaced,
    urgency: LATE_FAILURES.urgency,
    isInbound: true,
    title: `Requests to ${label} fail after up to ${longest}: what they wait for does not come${where ? ` (they wait in ${where})` : ''}`,
    subject: subjectOf('request', label, frame, site.thread),
    impact: { metric: 'requests', value: Math.round(longestMillis), unit: 'ms' },
    evidence: [
      {
        source: 'requests',
        statement: `${formatShare(failedShare)} of the answers have a status of 500 or more and come after 1.5 s or more (${perSecond(failedPerSecond)}); from arrival to the beginning of the answer it takes ${formatDuration(meanMillis)} on average`,
        value: failedShare,
        unit: 'share',
      },
      ...(timer ? [timerEvidence(timer, 'the wait ends when such a timer does')] : []),
      ...(waiter
        ? [
            {
              source: 'async-resources',
              statement: `promises created in ${where} take ${formatDuration(meanLifeMillis(waiter.site.reads))} on average to settle`,
            },
          ]
        : []),
    ],
    ...(waiter ? chainOf(waiter.blame) : {}),
    innocentExplanation:
      'A gateway that reports that another service did not answer in time does what it should. Then that service is the cause.',
    advice: [
      library
        ? `Find out why ${packageOf(library)} does not get what it waits for: whether its connection was opened and is still open, whether the server at the other end answers, and what its errors say. Listen to its error and disconnect events, and log them.`
        : 'See what the requests wait for there (a connection, another service), why it does not come, and what error they fail with. Log that error.',
      'Until it is back, fail at once: shorten the timeout, do not queue calls while there is no connection, or stop calling for a while after a failure (a circuit breaker).',
    ],
    caveats: frame ? [] : ['The line where the requests wait is unknown.'],
    asSymptom: `requests to ${label} fail after up to ${longest}`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'native', 'timers', 'gc'],
  };
}
